import { MarqueeError } from "../errors.ts";
import { checkQuery } from "../sql/catalog/check-query.ts";
import type { Check, Table } from "../sql/catalog/types.ts";
import type { Slice } from "./engine/engine.ts";
import type { Change } from "./lake/state.ts";
import { checksFingerprintOf } from "./lake/table-files.ts";
import type { Run } from "./run.ts";
import { preparedState } from "./transform.ts";

/**
 * Holds every table against the promises of its declaration.
 *
 * @throws MarqueeError (check) where one of severity `error` is broken; nothing is published then
 */
export async function check(run: Run): Promise<void> {
  const { catalog, lake, engine, record, log } = run;
  const state = await preparedState(run);
  if (state.transformedBy === undefined) {
    throw new MarqueeError({
      reason: "usage",
      what: `${lake.folder} holds no tables of core and marts to check`,
      next: "Run the step transform first",
    });
  }
  const tables = catalog.tables.filter((table) => table.layer !== "ops");
  await engine.show(tables);
  await lake.writeWorkState({ ...state, checkedBy: undefined });

  const held = (await lake.published())?.state.fingerprints ?? {};
  const promises = tables.flatMap((table) => table.checks.map((promise) => ({ table, promise })));
  await log.progress("check", promises.length, async (tick) => {
    for (const { table, promise } of promises) {
      tick(`${table.id} ${promise.name}`);
      const query = checkQuery(table, promise, run.startedAt);
      const slice = sliceOf(table, promise, state.prepared.merge?.changes ?? {}, held);
      const failingRows = await engine.countFailingRows(table, promise, query, slice);
      const { name, severity } = promise;
      record.checks.push({ table: table.id, name, severity, failingRows, query });
    }
  });

  const broken = record.checks.filter(({ failingRows }) => failingRows > 0);
  for (const { table, name, failingRows } of broken.filter(({ severity }) => severity === "warn")) {
    log.detail(`${table}: ${name} is broken by ${failingRows} rows`, {
      step: "check",
      table,
      check: name,
      failingRows,
    });
  }
  const errors = broken.filter(({ severity }) => severity === "error");
  const first = errors[0];
  if (first !== undefined) {
    const others = errors.length === 1 ? "" : ` (and ${errors.length - 1} more checks failed)`;
    throw new MarqueeError({
      reason: "check",
      what: `${first.table}: the check ${first.name} is broken by ${first.failingRows} rows${others}`,
      next: `Nothing was published; ops.checks in ${lake.folder} holds the query of each`,
    });
  }
  await lake.writeWorkState({ ...state, checkedBy: run.id });
}

/**
 * Rows that stay as they were when they passed the same checks cannot break what is promised of each
 * row, or of the rows of a key: of a table that a merge changed in a slice, the slice is asked. What is
 * only warned of is counted in full, as is what hangs on other tables or on the number of rows.
 */
function sliceOf(
  table: Table,
  { check, severity }: Check,
  changes: Readonly<Record<string, Change>>,
  held: Readonly<Record<string, string>>,
): Slice | undefined {
  if (held[`checks of ${table.id}`] !== checksFingerprintOf(table)) return undefined;
  const [by] = table.key;
  if (changes[table.id] !== "slice" || severity !== "error" || by === undefined) return undefined;
  return ["foreign_key", "row_count", "freshness"].includes(check) ? undefined : { of: table, by };
}
