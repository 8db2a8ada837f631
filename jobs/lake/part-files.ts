import { mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";

import { quoted, type Session } from "../duckdb.ts";
import { parquetIn } from "./table-files.ts";

/**
 * A table whose rows come and go one by one is a folder of parts: small enough that a part is written
 * anew for the sake of one row, large enough that they stay few. A part is one of DuckDB's row groups, or
 * some of them.
 */
const smallestPart = 122_880;
const mostParts = 400;

/** The columns and rows that a table's files are made of. */
export interface PartSource {
  /** The SELECT list. */
  columns: string;
  /** A relation. */
  relation: string;
}

/** Rows that are numbered from 1. */
export interface NumberedRows extends PartSource {
  ordinals: {
    column: string;
    /** A bound that no number passes. */
    highest: number;
    /** Rows that stand ahead of number 1 in the file that is read: parts begin where its groups do. */
    ahead: number;
  };
  /** A relation with the numbers of rows that are left out. */
  without: string;
}

/**
 * Writes a relation as parts, in the order of its ordinals. Two are written at a time: one alone, kept
 * in order, would not busy two cores.
 */
export async function writeParts(
  session: Session,
  folder: string,
  rows: NumberedRows,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await addParts(session, folder, rows, 0);
}

async function addParts(
  session: Session,
  folder: string,
  source: NumberedRows,
  firstNumber: number,
): Promise<void> {
  const { highest, ahead } = source.ordinals;
  const rows = rowsOfPart(highest);
  const parts = Math.max(1, Math.ceil((highest + ahead) / rows));
  const numbers = Array.from({ length: parts }, (_, index) => index);
  await session.sideBySide(numbers, async (lane, number) => {
    const first = number * rows - ahead + 1;
    const relation = await between(lane, source, first, first + rows - 1);
    const file = path.join(folder, partName(firstNumber + number));
    await writePart(lane, file, { columns: source.columns, relation });
  });
}

/** More rows than these are not left out one by one. */
const longestList = 500;

/**
 * The rows with these numbers. Those that are left out are named: a join would mix up the order of the
 * others, and whoever looks for a key in the files, or for one that stands twice, would look longer.
 */
async function between(
  session: Session,
  { relation, ordinals: { column }, without }: NumberedRows,
  first: number,
  last: number,
): Promise<string> {
  const range = `${column} between ${first} and ${last}`;
  const left = await session.table(`select ${column} from ${without} where ${range}`);
  if (left.length === 0) return `${relation} where ${range}`;
  if (left.length > longestList) {
    return `(select * from ${relation} anti join ${without} using (${column})
             where ${range} order by ${column})`;
  }
  return `${relation} where ${range} and not list_contains([${left.join(", ")}], ${column})`;
}

/** What a merge changes in a table of parts. */
export interface PartChange {
  key: string;
  /** A relation with the keys whose rows go; undefined where none do. */
  gone: string | undefined;
  /** The rows that come, and how many there are. */
  come: NumberedRows & { rows: number };
}

/**
 * Takes rows out of a table of parts and puts others in. Only parts that hold a row that goes are
 * written anew, and the small ones, which become one with the rows that come.
 */
export async function changeParts(
  session: Session,
  folder: string,
  { key, gone, come }: PartChange,
): Promise<void> {
  const parts = await partsOf(session, folder);
  const largest = rowsOfPart(parts.reduce((sum, { rows }) => sum + rows, 0));
  const touched =
    gone === undefined ? new Set<string>() : await filesWith(session, folder, key, gone);
  const without = gone === undefined ? "" : ` anti join ${gone} using (${key})`;

  const small = parts.filter(({ rows }) => rows < largest / 2).map(({ file }) => file);
  const rest = [...touched].filter((file) => !small.includes(file));
  await session.sideBySide(rest, (lane, file) => rewriteWithout(lane, file, without));

  const next = 1 + Math.max(-1, ...parts.map(({ file }) => numberOf(file)));
  if (come.rows > largest) {
    for (const file of small.filter((name) => touched.has(name))) {
      await rewriteWithout(session, file, without);
    }
    return addParts(session, folder, come, next);
  }
  const olds = small.map((file) => `select * from read_parquet(${quoted(file)})${without}`);
  const news = await between(session, come, 1, come.ordinals.highest);
  await writePart(session, path.join(folder, partName(next)), {
    columns: "*",
    relation: `(${[...olds, `select ${come.columns} from ${news}`].join(" union all by name ")})`,
  });
  for (const file of small) await rm(file);
}

/** In the place of the old file, which an older version of the lake may hold by another name. */
async function rewriteWithout(session: Session, file: string, without: string): Promise<void> {
  const relation = `read_parquet(${quoted(file)})${without}`;
  await writePart(session, `${file}.next`, { columns: "*", relation });
  await rename(`${file}.next`, file);
}

async function writePart(
  session: Session,
  file: string,
  { columns, relation }: PartSource,
): Promise<void> {
  await session.run(
    `copy (select ${columns} from ${relation})
     to ${quoted(file)} (format parquet, compression zstd, preserve_order true)`,
  );
}

async function partsOf(
  session: Session,
  folder: string,
): Promise<{ file: string; rows: number }[]> {
  if ((await readdir(folder).catch(() => [])).length === 0) {
    await mkdir(folder, { recursive: true });
    return [];
  }
  const rows = await session.rows(
    `select file_name as file, num_rows as rows from parquet_file_metadata(${parquetIn(folder)})
     order by file`,
  );
  return rows.map(({ file, rows: count }) => ({ file: String(file), rows: Number(count) }));
}

async function filesWith(
  session: Session,
  folder: string,
  key: string,
  gone: string,
): Promise<Set<string>> {
  const rows = await session.rows(
    `select distinct filename as file from read_parquet(${parquetIn(folder)}, filename = true)
     semi join ${gone} using (${key})`,
  );
  return new Set(rows.map(({ file }) => String(file)));
}

function rowsOfPart(rows: number): number {
  return smallestPart * Math.ceil(Math.max(rows, 1) / mostParts / smallestPart);
}

/** So that the order of the names is that of the numbers. */
function partName(number: number): string {
  return `part-${String(number).padStart(5, "0")}.parquet`;
}

function numberOf(file: string): number {
  return Number(/part-(\d+)\.parquet$/.exec(file)?.[1] ?? 0);
}
