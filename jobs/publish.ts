import { constants, copyFile, rm } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../errors.ts";
import { opsTables, writeOps } from "./ops.ts";
import { remarksOn } from "./report/remarks.ts";
import type { Run } from "./run.ts";
import { preparedState } from "./transform.ts";
import { loadTables, warehouseName } from "./warehouse/duckdb-file.ts";

/**
 * Loads the warehouse file beside the tables and lets readers see both, in one step. Ops come last,
 * so that they tell of the run as far as it can be told from inside.
 *
 * @throws MarqueeError (usage) where the tables have not passed their checks
 */
export async function publish(run: Run): Promise<void> {
  const { catalog, lake, session, record, log } = run;
  const start = performance.now();
  const state = await preparedState(run);
  if (state.checkedBy === undefined) {
    throw new MarqueeError({
      reason: "usage",
      what: `the tables in ${lake.work} have not passed their checks`,
      next: "Run the step check first",
    });
  }

  // A warehouse that an earlier run left half written is of no use.
  for (const name of [warehouseName, `${warehouseName}.wal`]) {
    await rm(path.join(lake.work, name), { force: true });
  }
  const tables = catalog.tables.filter((table) => table.layer !== "ops");
  await log.progress("publish", tables.length, async (tick) => {
    const loaded = await loadTables(session, lake.work, tables, tick);
    record.made.push(...loaded.map((made) => ({ step: "publish", ...made })));
    record.remarks = remarksOn(catalog, state.prepared.accounts, loaded);
  });
  log.detail("publish: tables are loaded", { step: "publish" });
  record.steps.push({ step: "publish", seconds: (performance.now() - start) / 1000 });

  await writeOps(run, lake.work, "succeeded", record.remarks.join("; "));
  await loadTables(session, lake.work, opsTables(catalog));
  log.detail("publish: all is written", { step: "publish" });
  const untidy = await lake.publish(run.id);
  record.published = true;
  if (untidy !== undefined) log.warn(`published, but not tidied up: ${untidy}`);
}

/**
 * Ends a run that has no tables to show, since it failed or was not asked to publish: readers see
 * the old tables, and in ops what this run did.
 */
export async function publishOpsAlone(
  run: Run,
  status: "succeeded" | "failed",
  message: string | undefined,
): Promise<void> {
  const { catalog, lake, session, log } = run;
  const previous = (await lake.published())?.folder;
  const untidy = await lake.republish(run.id, async (target) => {
    await writeOps(run, target, status, message);
    if (previous !== undefined) {
      const old = path.join(previous, warehouseName);
      await copyFile(old, path.join(target, warehouseName), constants.COPYFILE_FICLONE);
    }
    await loadTables(session, target, opsTables(catalog));
  });
  if (untidy !== undefined) log.warn(`ops are written, but not tidied up: ${untidy}`);
}
