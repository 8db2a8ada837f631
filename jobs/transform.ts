import { MarqueeError } from "../errors.ts";
import type { LakeState } from "./lake/state.ts";
import type { Run } from "./run.ts";

/** Runs every SELECT of core and marts over the staging tables, in the order of what they read. */
export async function transform(run: Run): Promise<void> {
  const { catalog, lake, engine, record, log } = run;
  const state = await preparedState(run);
  // From here on the tables are neither whole nor checked, also for a run that is killed.
  await lake.writeWorkState({ ...state, transformedBy: undefined, checkedBy: undefined });
  await engine.show(catalog.tables.filter((table) => table.layer === "staging"));

  const models = catalog.tables.filter(({ layer }) => layer === "core" || layer === "marts");
  await log.progress("transform", models.length, async (tick) => {
    for (const table of models) {
      tick(table.id);
      const made = await engine.make(table);
      record.made.push({ step: "transform", ...made });
      const { rows, bytes, seconds } = made;
      log.detail(`${table.id}: ${rows} rows`, {
        step: "transform",
        table: table.id,
        rows,
        bytes,
        seconds,
      });
    }
  });

  await lake.writeWorkState({ ...state, transformedBy: run.id, checkedBy: undefined });
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
  record.synthetic ??= state.prepared.synthetic;
  record.sources ??= state.prepared.sources;
  return { ...state, prepared: state.prepared };
}
