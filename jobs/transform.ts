import { MarqueeError } from "../errors.ts";
import type { Table } from "../sql/catalog/types.ts";
import type { KeySlice } from "./engine/engine.ts";
import type { Change, LakeState } from "./lake/state.ts";
import { checksFingerprintOf, fingerprintOf, type MadeTable } from "./lake/table-files.ts";
import { questionsOf } from "./questions.ts";
import type { Run } from "./run.ts";

/** Runs every SELECT of core and marts over the staging tables, in the order of what they read. */
export async function transform(run: Run): Promise<void> {
  const { catalog, lake, engine, log } = run;
  const state = await preparedState(run);
  const published = await lake.published();
  // From here on the tables are neither whole nor checked, also for a run that is killed.
  await lake.writeWorkState({ ...state, transformedBy: undefined, checkedBy: undefined });
  await engine.show(catalog.tables.filter((table) => table.layer === "staging"));

  const models = catalog.tables.filter(({ layer }) => layer === "core" || layer === "marts");
  const { merge } = state.prepared;
  await log.progress("transform", models.length, async (tick) => {
    if (merge === undefined || !engine.makesSlices) {
      await makeAll(run, models, tick);
      for (const { id } of models) if (merge !== undefined) merge.changes[id] = "any";
      return;
    }
    for (const table of models) {
      tick(table.id);
      merge.changes[table.id] = await makeAfterMerge(run, table, merge.changes, published);
    }
  });

  const fingerprints = Object.fromEntries(
    catalog.tables.flatMap((table) => [
      [table.id, fingerprintOf(table, catalog)],
      [`checks of ${table.id}`, checksFingerprintOf(table)],
    ]),
  );
  await lake.writeWorkState({
    ...state,
    fingerprints,
    transformedBy: run.id,
    checkedBy: undefined,
  });
}

async function makeAll(
  run: Run,
  models: readonly Table[],
  tick: (what: string) => void,
): Promise<void> {
  const { engine, options } = run;
  const begun = new Set<string>();
  const once = (what: string): void => {
    if (models.some(({ id }) => id === what) && !begun.has(what)) tick(what);
    begun.add(what);
  };
  await engine.announce(models, options.only.includes("check") ? questionsOf(run) : [], once);
  for (const table of models) {
    once(table.id);
    tell(run, await engine.make(table));
  }
}

/** A merge that is gone on with must still stand on what is published, or that would be lost. */
function expectSameBase(
  { prepared: { base, runId, sources } }: PreparedState,
  published: Published | undefined,
): void {
  const there = published?.state.prepared?.runId;
  if (base === undefined || there === base || there === runId) return;
  throw new MarqueeError({
    reason: "lake",
    what: `the merge of ${sources.join(", ")} was begun on tables that are not the published ones any more`,
    next: "Run it again from the start: the same command without --from and --only",
  });
}

type Published = NonNullable<Awaited<ReturnType<Run["lake"]["published"]>>>;
type Changes = Readonly<Record<string, Change>>;

/** Makes of a table only as much anew as the merge has touched of what it reads. */
async function makeAfterMerge(
  run: Run,
  table: Table,
  changes: Changes,
  published: Published | undefined,
): Promise<Change> {
  const { engine, lake } = run;
  if (published?.state.fingerprints?.[table.id] !== fingerprintOf(table, run.catalog)) {
    tell(run, await engine.make(table));
    return "any";
  }
  if (table.reads.every((read) => changeOf(changes, read) === "same")) {
    // Also where an earlier try has made it anew already.
    await lake.linkPublished(`${table.layer}/${table.name}`);
    await engine.show([table]);
    return "same";
  }
  const slice = sliceOf(run, table, changes);
  if (slice !== undefined) {
    tell(run, await engine.makeSlice(table, slice, published.folder));
    return "any";
  }
  tell(run, await engine.make(table));
  // What others read is worth a look: often no row that was there before is another one now.
  if (table.layer !== "core") return "any";
  return engine.compare(table, published.folder);
}

/** The part of its input by which a table can be made anew; undefined where all of it is needed. */
function sliceOf({ catalog }: Run, table: Table, changes: Changes): KeySlice | undefined {
  const { increment } = table;
  const of = catalog.tables.find(({ id }) => id === increment?.of);
  if (increment === undefined || of === undefined) return undefined;
  const others = table.reads.filter((read) => read !== of.id);
  const isPossible =
    changeOf(changes, of.id) === "slice" &&
    others.every((read) => ["same", "grown"].includes(changeOf(changes, read)));
  return isPossible ? { of, by: increment.by } : undefined;
}

/** A table that nobody speaks of is one whose source was not in the delivery. */
export function changeOf(changes: Changes, id: string): Change {
  return changes[id] ?? "same";
}

function tell({ record, log }: Run, made: MadeTable): void {
  record.made.push({ step: "transform", ...made });
  const { table, rows, bytes, seconds } = made;
  const facts = { step: "transform", table: table.id, rows, bytes, seconds };
  log.detail(`${table.id}: ${rows} rows`, facts);
}

type PreparedState = LakeState & { prepared: NonNullable<LakeState["prepared"]> };

/** What prepare left behind, in this run or in an earlier one. */
export async function preparedState({ lake, record }: Run): Promise<PreparedState> {
  await lake.resumeWork();
  const state = await lake.workState();
  if (state?.prepared === undefined) {
    throw new MarqueeError({
      reason: "usage",
      what: `${lake.folder} holds no prepared tables`,
      next: "Run the step prepare first, or all steps by leaving --only out",
    });
  }
  const prepared = { ...state, prepared: state.prepared };
  expectSameBase(prepared, await lake.published());
  record.synthetic ??= state.prepared.synthetic;
  record.sources ??= state.prepared.sources;
  record.command ??= state.prepared.command;
  return prepared;
}
