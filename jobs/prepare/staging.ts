import { mkdir } from "node:fs/promises";
import path from "node:path";

import type { Table } from "../../sql/catalog/types.ts";
import { quoted } from "../duckdb.ts";
import { changeParts, type NumberedRows, writeParts } from "../lake/part-files.ts";
import type { Change } from "../lake/state.ts";
import {
  bytesOf,
  changedRows,
  type MadeTable,
  showTable,
  tableFolder,
  writeTable,
} from "../lake/table-files.ts";
import type { Run } from "../run.ts";
import { recordsOf } from "./kept-records.ts";
import type { SourceReading } from "./read-source.ts";

export interface MadeStaging {
  /** How the table differs from what was published before the merge. */
  change: Change;
  /** Undefined where it stays as it is. */
  made: MadeTable | undefined;
}

/** A merge that brings more than this share of a table's rows might as well make all anew. */
const largestSlice = 0.2;

/** Makes a staging table of raw.<source>, or, in a merge, lets it be where nothing new came. */
export async function makeStaging(
  run: Run,
  table: Table,
  reading: SourceReading,
  isMerge: boolean,
): Promise<MadeStaging> {
  if (isMerge && reading.account.kept === 0) return { change: "same", made: undefined };
  if (table.recordsOf === undefined) {
    return { change: "any", made: await writeTable(run.session, run.lake.work, table) };
  }
  const start = performance.now();
  await (isMerge ? mergeRecords(run, table, reading) : writeRecords(run, table, reading));
  await showTable(run.session, run.lake.work, table);
  const rows = await run.session.number(`select count(*) from ${table.id}`);
  const seconds = (performance.now() - start) / 1000;
  const bytes = await bytesOf(tableFolder(run.lake.work, table));
  const change = reading.account.kept > rows * largestSlice ? "any" : "slice";
  return { change, made: { table, rows, bytes, seconds } };
}

async function writeRecords(
  { session, lake }: Run,
  table: Table,
  { account, ordinals }: SourceReading,
): Promise<void> {
  const folder = tableFolder(lake.work, table);
  if (account.files > 0) return writeParts(session, folder, winnersOf(table, ordinals));
  // The source is absent: one empty file says which columns there would be.
  await writeTable(session, lake.work, table);
}

async function mergeRecords(
  { session, lake }: Run,
  table: Table,
  { account, replaced, ordinals }: SourceReading,
): Promise<void> {
  const source = table.recordsOf ?? "";
  const come = winnersOf(table, ordinals);
  await changeParts(session, tableFolder(lake.work, table), {
    key: table.key.map((column) => `"${column}"`).join(", "),
    gone: replaced === 0 ? undefined : `replaced.${source}`,
    come: { ...come, rows: account.kept },
  });
  const changes = changedRows(lake.work, table);
  await mkdir(path.dirname(changes), { recursive: true });
  await session.run(
    `copy (select ${come.columns} from raw.${source}) to ${quoted(changes)} (format parquet)`,
  );
}

function winnersOf(table: Table, ordinals: SourceReading["ordinals"]): NumberedRows {
  const columns = table.columns.map(({ name }) => `"${name}"`).join(", ");
  return { columns, ...recordsOf(table.recordsOf ?? "", ordinals) };
}
