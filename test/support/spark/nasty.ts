import { mkdir } from "node:fs/promises";

import { quoted, type Session } from "../../../jobs/duckdb.ts";
import { tableFolder } from "../../../jobs/lake/table-files.ts";
import type { Catalog } from "../../../sql/catalog/catalog.ts";
import { type Column, duckdbType, type Table } from "../../../sql/catalog/types.ts";

/** A set of staging tables made to differ between engines, if anything does. */
export interface Nasty {
  name: string;
  rows: number;
  /** Share of NULLs in every column, those included that are promised never to be NULL. */
  nulls: number;
}

export const nasty: readonly Nasty[] = [
  { name: "no row in any table", rows: 0, nulls: 0 },
  { name: "one row in each table", rows: 1, nulls: 0 },
  { name: "ties, extremes and names from everywhere", rows: 400, nulls: 0 },
  { name: "NULLs in every column", rows: 400, nulls: 0.2 },
];

/** Values of a column that engines are known to treat in two ways, as SQL. */
export const values: Record<Column["type"], readonly string[]> = {
  // Few, so that joins find each other and ties are everywhere.
  BIGINT: ["1", "2", "3", "4", "5", "6", "7", "0", "-1"],
  DOUBLE: ["0", "0.1", "0.3", "1e-9", "123456789.125", "-0.5", "1e12", "2.5"],
  STRING: [
    "'Drama'",
    "'drama'",
    "'Dráma'",
    "'Żółć'",
    "'東京'",
    "'🎬'",
    "''",
    "' two  spaces '",
    "'it''s \"quoted\"'",
    "'a|b'",
    "'(no genres listed)'",
    "'back\\slash'",
    "'a' || chr(160) || 'b'",
    "'line' || chr(10) || 'break'",
    // Java's $ stands before a last line break too.
    "'12' || chr(10)",
    "'two  ' || chr(10)",
  ],
  BOOLEAN: ["true", "false"],
  DATE: [
    ...["0001-01-01", "1582-10-04", "1582-10-15", "1899-12-31", "1970-01-01", "2000-02-29"],
    ...["2000-12-31", "2001-01-01", "2017-06-30", "9999-12-31"],
  ].map((day) => `date '${day}'`),
  TIMESTAMP: [
    ...["1900-01-01T00:00:00Z", "1995-01-01T00:00:00Z", "2000-02-29T23:59:59Z"],
    ...["2017-08-04T06:57:50Z", "9999-12-31T23:59:59Z"],
  ].map((instant) => `timestamptz '${instant}'`),
};

/**
 * Writes every staging table with rows drawn from the values: the same ones each time.
 *
 * Keys are unique, as staging promises, unless they hold NULLs; what a column may hold alone, such as
 * half stars, it holds. Of a key that is drawn twice the first row counts, so that no value is rarer
 * than it was drawn.
 */
export async function writeNasty(
  session: Session,
  catalog: Catalog,
  root: string,
  { rows, nulls }: Nasty,
): Promise<void> {
  const draw = drawing(7);
  for (const table of catalog.tables.filter(({ layer }) => layer === "staging")) {
    const lines = Array.from({ length: rows }, () =>
      table.columns.map((column) => {
        if (draw(1_000) < nulls * 1_000) return "null";
        // Single rows are to find each other.
        return rows === 1 && column.name.endsWith("_id") ? "1" : pick(column, draw);
      }),
    );
    const folder = tableFolder(root, table);
    await mkdir(folder, { recursive: true });
    await session.run(
      `copy (${relation(table, lines)}) to ${quoted(`${folder}/part-00000.parquet`)} (format parquet, compression zstd)`,
    );
  }
}

function relation({ columns, key }: Table, lines: readonly string[][]): string {
  const names = columns.map(({ name }) => `"${name}"`);
  const typed = columns.map(
    ({ name, type }) => `cast("${name}" as ${duckdbType[type]}) as "${name}"`,
  );
  const from =
    lines.length === 0
      ? `(select ${names.map((name) => `null as ${name}`).join(", ")} where false)`
      : `(values ${lines.map((line, index) => `(${index}, ${line.join(", ")})`).join(", ")}) as drawn(drawn_number, ${names.join(", ")})`;
  const all = `select ${[...typed, ...(lines.length === 0 ? [] : ["drawn_number"])].join(", ")} from ${from}`;
  if (lines.length === 0) return all;
  if (key.length === 0) return `select * exclude drawn_number from (${all})`;
  const keys = key.map((column) => `"${column}"`);
  const isFirst = `row_number() over (partition by ${keys.join(", ")} order by drawn_number) = 1`;
  const hasNull = keys.map((column) => `${column} is null`).join(" or ");
  return `select * exclude drawn_number from (${all}) qualify ${isFirst} or ${hasNull}`;
}

function pick({ type, values: allowed, name }: Column, draw: (below: number) => number): string {
  if (allowed !== undefined) {
    const value = allowed[draw(allowed.length)] ?? 0;
    return typeof value === "number" ? String(value) : `'${value}'`;
  }
  // A month is its first day, or the checks alone would be tested.
  if (name === "rated_month" || name === "month")
    return `date '20${String(10 + draw(8))}-0${1 + draw(9)}-01'`;
  if (type === "BIGINT" && name.endsWith("_id")) {
    // The last one is beyond what a double can hold; as money it would drown all else in a sum.
    const odd = ["0", "-1", "9007199254740993"];
    // Few users, so that each has many ratings; enough films for every text to be one's title.
    const most = name === "user_id" ? 12 : 150;
    return draw(20) === 0 ? (odd[draw(odd.length)] ?? "0") : String(1 + draw(most));
  }
  const pool = values[type];
  return pool[draw(pool.length)] ?? "null";
}

/** Whole numbers below a bound that look drawn, the same ones each time. */
function drawing(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}
