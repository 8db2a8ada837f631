import { existsSync } from "node:fs";
import { constants, copyFile, cp, rm } from "node:fs/promises";
import path from "node:path";

import { asMarqueeError, MarqueeError } from "../errors.ts";
import { type InCloud, loadWarehouse, publishVersion } from "./cloud/publish.ts";
import { dashboardName, writeDashboard } from "./dashboard/write-dashboard.ts";
import { forgetProgress } from "./lake/backfill.ts";
import { opsTables, writeOps } from "./ops.ts";
import type { Table } from "../sql/catalog/types.ts";
import type { Change } from "./lake/state.ts";
import { tableFolder } from "./lake/table-files.ts";
import { peakMemory } from "./report/memory.ts";
import { remarksOn } from "./report/remarks.ts";
import type { Run } from "./run.ts";
import { changeOf, preparedState } from "./transform.ts";
import { warehouseName, writeWarehouse } from "./warehouse/duckdb-file.ts";

/**
 * Loads the warehouse file beside the tables and lets readers see both, in one step. Ops come last,
 * so that they tell of the run as far as it can be told from inside.
 *
 * @throws MarqueeError (usage) where the tables have not passed their checks
 */
export async function publish(run: Run): Promise<void> {
  const { catalog, lake, session, record, log, options } = run;
  const start = performance.now();
  const state = await preparedState(run);
  if (state.checkedBy === undefined) {
    throw new MarqueeError({
      reason: "usage",
      what: `the tables in ${lake.work} have not passed their checks`,
      next: "Run the step check first",
    });
  }

  const tables = catalog.tables.filter((table) => table.layer !== "ops");
  const differences = await differencesOf(run, state.prepared.merge);
  const changes = await startWarehouse(run, differences);
  const changed = tables.filter(
    ({ id }) => changes === undefined || changeOf(changes, id) !== "same",
  );
  const sliced = new Set(changed.map(({ id }) => id).filter((id) => changes?.[id] === "slice"));
  await writeWarehouse(session, lake.work, async (warehouse) => {
    await warehouse.keepOnly(catalog.tables);
    await log.progress("publish", changed.length, async (tick) => {
      const loaded = await warehouse.load(changed, { tick, sliced });
      record.made.push(...loaded.map((made) => ({ step: "publish", ...made })));
    });
    const rows = await rowsOf(run, tables);
    record.remarks = remarksOn(catalog, state.prepared.accounts, rows);
    if (isInCloud(run)) await loadWarehouse(run, tables, rows, differences);
    log.detail("publish: tables are loaded", { step: "publish" });
    const seconds = (performance.now() - start) / 1000;
    record.steps.push({ step: "publish", seconds, peakMemoryBytes: peakMemory() });

    await writeOps(run, lake.work, "succeeded", record.remarks.join("; "));
    await warehouse.load(opsTables(catalog));
  });
  await writeDashboard(session, catalog, lake.work);
  log.detail("publish: all is written", { step: "publish" });
  // What a merge changed is told against what was published before: it ends here.
  record.changes = state.prepared.merge?.changes;
  await lake.writeWorkState({ ...state, prepared: { ...state.prepared, merge: undefined } });
  if (isInCloud(run)) {
    await publishVersion(run, lake.work, true).catch(async (error: unknown) => {
      // What is gone on with from here is still a merge.
      await lake.writeWorkState(state);
      throw error;
    });
  }
  const untidy = await lake.publish(run.id);
  record.published = true;
  // The tables that a backfill has come so far with are not there any more.
  if (state.prepared.merge === undefined && !options.merge) await forgetProgress(lake.folder);
  if (untidy !== undefined) log.warn(`published, but not tidied up: ${untidy}`);
}

function isInCloud(run: Run): run is InCloud {
  return run.cloud !== undefined;
}

/** How a merge's tables differ from those that are published; undefined where all may be others. */
async function differencesOf(
  { lake }: Run,
  merge: { onto: string; changes: Record<string, Change> } | undefined,
): Promise<Record<string, Change> | undefined> {
  const published = await lake.published();
  const isOnto = merge !== undefined && published?.state.prepared?.runId === merge.onto;
  return isOnto ? merge.changes : undefined;
}

/**
 * Begins the warehouse of the next version: an empty one, or, for a merge, the published one.
 *
 * @returns how its tables differ from those to be published; undefined where it has none
 */
async function startWarehouse(
  { lake }: Run,
  differences: Record<string, Change> | undefined,
): Promise<Record<string, Change> | undefined> {
  // A warehouse that an earlier run left half written is of no use.
  for (const name of [warehouseName, `${warehouseName}.wal`]) {
    await rm(path.join(lake.work, name), { force: true });
  }
  const published = await lake.published();
  // A version that came from a bucket has none.
  if (differences === undefined || published === undefined || !hasWarehouse(published.folder))
    return undefined;
  await copyWarehouse(published.folder, lake.work);
  return differences;
}

function hasWarehouse(version: string): boolean {
  return existsSync(path.join(version, warehouseName));
}

async function copyWarehouse(from: string, to: string): Promise<void> {
  const [old, target] = [from, to].map((folder) => path.join(folder, warehouseName));
  // Where the file system can share the bytes of two files, it does.
  await copyFile(old ?? "", target ?? "", constants.COPYFILE_FICLONE);
}

/** It tells of the run whose tables it shows. A lake of old has none. */
async function copyDashboard(from: string, to: string): Promise<void> {
  await cp(path.join(from, dashboardName), path.join(to, dashboardName)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  });
}

/** How many rows each table has, whether or not this run has made it. */
async function rowsOf(
  { engine, session }: Run,
  tables: readonly Table[],
): Promise<Map<string, number>> {
  await engine.show(tables);
  const counts = tables.map(({ id }) => `(select count(*) from ${id}) as "${id}"`);
  const [row = {}] = await session.rows(`select ${counts.join(", ")}`);
  return new Map(tables.map(({ id }) => [id, Number(row[id])]));
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
    let tables = opsTables(catalog);
    if (previous !== undefined) {
      await copyDashboard(previous, target);
      if (hasWarehouse(previous)) await copyWarehouse(previous, target);
      else tables = catalog.tables.filter((table) => existsSync(tableFolder(target, table)));
    }
    await writeWarehouse(session, target, (warehouse) => warehouse.load(tables));
    if (isInCloud(run)) await publishOpsInCloud(run, target);
  });
  if (untidy !== undefined) log.warn(`ops are written, but not tidied up: ${untidy}`);
}

/** What the run did stands on this machine until the next one: that it cannot be told there ends nothing. */
async function publishOpsInCloud(run: InCloud, folder: string): Promise<void> {
  if (run.cloud.bucket.published()?.runId === run.id) {
    const { folder: lake } = run.lake;
    run.log.warn(
      `readers of the bucket see this run's tables; the next run brings ${lake} up to date`,
    );
    return;
  }
  try {
    const { bucket } = run.cloud;
    // Nothing of what this run may have placed for itself.
    bucket.begin();
    await publishVersion(run, folder, bucket.published()?.loaded ?? false);
  } catch (error) {
    const { message } = asMarqueeError(error);
    run.log.warn(`what this run did is told on this machine alone, until the next run: ${message}`);
  }
}
