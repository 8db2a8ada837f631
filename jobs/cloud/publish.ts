import { readdir } from "node:fs/promises";
import path from "node:path";

import { messageOf } from "../../errors.ts";
import type { Table } from "../../sql/catalog/types.ts";
import type { Change } from "../lake/state.ts";
import { bytesOf, tableFiles, tableFolder } from "../lake/table-files.ts";
import { opsTables } from "../ops.ts";
import type { Run } from "../run.ts";
import type { CloudRun } from "./run.ts";
import { touchedMonths } from "./months.ts";

/** A run that has a part in the cloud. */
export type InCloud = Run & { cloud: CloudRun };

/** How the tables differ from those that BigQuery has; undefined where it may have any. */
export type Changes = Readonly<Record<string, Change>> | undefined;

/**
 * Puts a version's tables into the bucket and loads BigQuery from there: a table that has changed as a
 * whole, or, where it is large and only some of its months were touched, those months.
 *
 * @param rows of each table, as the engine counts them, by the table's id
 */
export async function loadWarehouse(
  run: InCloud,
  tables: readonly Table[],
  rows: ReadonlyMap<string, number>,
  changes: Changes,
): Promise<void> {
  const { cloud, lake, log } = run;
  const { bucket, warehouse } = cloud;
  const ofTables = new Set(tables.map(({ layer }) => `${layer}/`));
  const isTheirs = (name: string): boolean => [...ofTables].some((layer) => name.startsWith(layer));
  log.info(`Sending tables to gs://${cloud.environment.names.lake}`, { step: "publish" });
  bucket.begin();
  await log.transfer(
    "sending tables",
    (progress) => bucket.place(lake.work, isTheirs, progress),
    "publish",
  );

  const known = bucket.published()?.loaded === true ? changes : undefined;
  // From here on BigQuery may have tables that readers of the bucket do not see yet.
  await bucket.markLoading();
  const whole: Table[] = [];
  for (const table of tables) {
    const total = rows.get(table.id) ?? 0;
    const change = known === undefined ? "any" : (known[table.id] ?? "same");
    if (change === "same" && (await warehouse.rowCount(table)) === total) continue;
    const isDone =
      change === "slice" &&
      (await mayExchange(run, table)) &&
      (await exchangeMonths(run, table, total));
    if (!isDone) whole.push(table);
  }
  const loads = whole.map((table) => ({
    table,
    uris: bucket.placedUris(table),
    rows: rows.get(table.id) ?? 0,
  }));
  await warehouse.load(loads, () => {
    bucket.expectHeld();
  });
}

/**
 * Lets readers of the bucket see a version, with the ops tables that tell of its run, once BigQuery
 * has them too.
 *
 * @param folder the version's files
 * @param loaded whether BigQuery has all of its other tables
 */
export async function publishVersion(run: InCloud, folder: string, loaded: boolean): Promise<void> {
  const { catalog, cloud, log, session } = run;
  const { bucket, warehouse } = cloud;
  await log.transfer(
    "sending the version",
    (progress) => bucket.place(folder, () => true, progress),
    "publish",
  );
  const loads = [];
  for (const table of opsTables(catalog)) {
    const rows = await session.number(
      `select count(*) from read_parquet(${tableFiles(folder, table)})`,
    );
    loads.push({ table, uris: bucket.placedUris(table), rows });
  }
  await warehouse.load(loads, () => {
    bucket.expectHeld();
  });
  const staging = catalog.tables.filter(({ layer }) => layer === "staging");
  const files = staging
    .map((table) => ({ table, uris: bucket.placedUris(table) }))
    .filter(({ uris }) => uris.length > 0);
  await bucket.publish(loaded);
  // Readers see the version from here on: what fails now must not make it a failed one.
  await warehouse.external(files).catch((error: unknown) => {
    log.warn(`published, but BigQuery does not read the files where they lie: ${messageOf(error)}`);
  });
  const untidy = await bucket.tidy();
  if (untidy !== undefined) log.warn(`published, but the bucket is not tidied up: ${untidy}`);
}

/** Whether a table is large, and BigQuery has what was published before: as many rows, at least. */
async function mayExchange({ cloud, lake, session }: InCloud, table: Table): Promise<boolean> {
  const most = cloud.environment.settings.exchangeMonthsAboveGigabytes * 1e9;
  if (table.partition?.by !== "MONTH") return false;
  if ((await bytesOf(tableFolder(lake.work, table))) <= most) return false;
  const before = tableFiles(path.join(lake.folder, "current"), table);
  const held = await session.number(`select count(*) from read_parquet(${before})`);
  return (await cloud.warehouse.rowCount(table)) === held;
}

/**
 * Loads the months alone whose rows a merge has touched.
 *
 * @returns whether it did: not where a query may not scan so much, while a load is free
 */
async function exchangeMonths(run: InCloud, table: Table, total: number): Promise<boolean> {
  const { bucket, warehouse } = run.cloud;
  const { months, rows, root } = await touchedMonths(run, table);
  if (!(await warehouse.exchangeFits({ table, months, rows }))) return false;
  const uris = rows === 0 ? [] : await putTable(run, root, table);
  bucket.expectHeld();
  const made = await warehouse.exchangeMonths({ table, months, uris, rows, total });
  if (made === undefined) return false;
  run.log.detail(`${table.id}: ${months.length} months exchanged`, {
    step: "publish",
    table: table.id,
    months,
  });
  return true;
}

/** @returns where the files of a table below a root are in the bucket */
async function putTable({ cloud, log }: InCloud, root: string, table: Table): Promise<string[]> {
  const there = await log.transfer(
    `sending months of ${table.id}`,
    (progress) => cloud.bucket.putWork(root, [table], progress),
    "publish",
  );
  const files = await readdir(tableFolder(root, table));
  return files.map((file) => `${there}/${table.layer}/${table.name}/${file}`);
}
