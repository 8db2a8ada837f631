import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";

import { MarqueeError, messageOf } from "../../errors.ts";
import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { Table } from "../../sql/catalog/types.ts";
import { quoted, type Session } from "../duckdb.ts";
import { damageIn } from "./damage.ts";

/** A table that was written as files, or loaded from them. */
export interface MadeTable {
  table: Table;
  rows: number;
  bytes: number;
  seconds: number;
}

/** A table is a folder of Parquet files, `<layer>/<table>/`, below the root of a version or of work. */
export function tableFolder(root: string, table: Table): string {
  return path.join(root, table.layer, table.name);
}

/** The pattern of a table's files, as a SQL literal. */
export function tableFiles(root: string, table: Table): string {
  return parquetIn(tableFolder(root, table));
}

/** The pattern of a folder's Parquet files, as a SQL literal; the folder may be called anything. */
export function parquetIn(folder: string): string {
  return quoted(path.join(folder.replace(/[*?[]/g, "[$&]"), "*.parquet"));
}

/**
 * What a table is made by, in few letters: another SELECT, other columns or, in staging, another
 * declaration of the source or another way to read a value give other letters.
 */
export function fingerprintOf(table: Table, { sources, macros }: Catalog): string {
  const { select, columns, recordsOf, reads, layer } = table;
  const names = columns.map(({ name, type }) => `${name} ${type}`);
  const read = sources.filter(({ name }) => reads.includes(`raw.${name}`));
  const below = layer === "staging" ? [read, macros] : [];
  return fewLetters([select, names, recordsOf, below]);
}

/** The same of what is promised of a table. */
export function checksFingerprintOf({ checks }: Table): string {
  return fewLetters(checks);
}

function fewLetters(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

/** Where the rows lie that a merge has put into a table, for the steps behind it. */
export function changedRows(root: string, table: Table): string {
  return path.join(root, "changes", `${table.id}.parquet`);
}

/** Bytes of the files in a folder. */
export async function bytesOf(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(path.join(folder, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Runs a table's SELECT with DuckDB, writes what it gives as zstd Parquet, and lets later SELECTs
 * read it by the table's id.
 *
 * @param select stands in for the table's own, and may read the files that it replaces
 * @throws MarqueeError (catalog) where the SELECT fails on the data
 */
export async function writeTable(
  session: Session,
  root: string,
  table: Table,
  select = table.select ?? "",
): Promise<MadeTable> {
  const start = performance.now();
  const folder = tableFolder(root, table);
  const next = `${folder}.next`;
  await rm(next, { recursive: true, force: true });
  await mkdir(next, { recursive: true });
  const file = quoted(path.join(next, "part-00000.parquet"));
  const rows = await session
    .run(`copy (${storedSelect(table, select)}) to ${file} (format parquet, compression zstd)`)
    .catch((error: unknown) => {
      throw modelFault(table, error);
    });
  await rm(folder, { recursive: true, force: true });
  await rename(next, folder);
  await showTable(session, root, table);
  const seconds = (performance.now() - start) / 1000;
  return { table, rows, bytes: await bytesOf(folder), seconds };
}

/**
 * Lets SELECTs read a table's files by its id, such as core.movies.
 *
 * @throws MarqueeError (lake) where the files are missing or damaged
 */
export async function showTable(session: Session, root: string, table: Table): Promise<void> {
  await session.run(`create schema if not exists ${table.layer}`);
  await session
    .run(
      `create or replace view ${table.id} as select * from read_parquet(${tableFiles(root, table)})`,
    )
    .catch(async (error: unknown) => {
      const folder = tableFolder(root, table);
      if (!String(error).includes("No files found"))
        throw (await damageIn(session, [folder])) ?? error;
      throw new MarqueeError({
        reason: "lake",
        what: `${folder} holds no Parquet files`,
        next: "Make the tables again: run the pipeline without --merge, --only and --from",
        cause: error,
      });
    });
}

/**
 * What a layer's files hold, decided here for each layer. Staging keeps the order of its source,
 * since sorting 26 million ratings buys nothing; answers lie in the order in which they are read.
 */
function storedSelect(table: Table, select: string): string {
  if (table.layer === "staging") return select;
  const order = [...new Set([...table.cluster, ...table.key])];
  const keys = order.map((column) => `"${column}" asc nulls last`).join(", ");
  return `select * from (${select}) order by ${keys}`;
}

function modelFault(table: Table, error: unknown): MarqueeError {
  if (error instanceof MarqueeError) return error;
  const message = messageOf(error);
  return new MarqueeError({
    reason: "catalog",
    what: `sql/${table.selectFile ?? table.file}: ${table.id} cannot be made: ${message.split("\n")[0] ?? ""}`,
    next: "Mend the SELECT; what was published before is intact",
    cause: error,
  });
}
