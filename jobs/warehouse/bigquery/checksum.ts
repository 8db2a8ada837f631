import type { Column, Table } from "../../../sql/catalog/types.ts";

/** Who is asked. */
export type Dialect = "bigquery" | "duckdb";

/**
 * What a table amounts to, whatever the order of its rows. Each row's hash goes into the sums, so that
 * they are equal only where the rows are; doubles, which engines sum up in different orders, are
 * compared within a tolerance, each weighed by its row, so that two of them cannot be exchanged.
 */
export interface Checksum {
  rows: number;
  /** Sums of the four quarters of the rows' hashes. */
  quarters: string[];
  /** By column: the weighed sum, and the same of what the values are without their signs. */
  doubles: Record<string, { sum: number; size: number }>;
}

/** Of the MD5's 32 hexadecimal digits eight a quarter: 2^31 rows of them fit a BIGINT. */
const quarters = [1, 9, 17, 25];

/** How each engine writes the same thing. */
interface Spelling {
  text: string;
  bytes: (text: string) => string;
  hash: (text: string) => string;
  number: (hex: string) => string;
  micros: (instant: string) => string;
}

const spellings: Record<Dialect, Spelling> = {
  bigquery: {
    text: "STRING",
    bytes: (text) => `BYTE_LENGTH(${text})`,
    hash: (text) => `TO_HEX(MD5(${text}))`,
    number: (hex) => `CAST('0x' || ${hex} AS INT64)`,
    micros: (instant) => `UNIX_MICROS(${instant})`,
  },
  duckdb: {
    text: "VARCHAR",
    bytes: (text) => `strlen(${text})`,
    hash: (text) => `md5(${text})`,
    number: (hex) => `CAST('0x' || ${hex} AS BIGINT)`,
    micros: (instant) => `epoch_us(${instant})`,
  },
};

/**
 * The query for a table's checksum.
 *
 * @param from what follows FROM: a name, a function that reads files, a filter
 * @returns SQL that gives one row, which checksumFrom() reads
 */
export function checksumOf(
  { columns }: Pick<Table, "columns">,
  from: string,
  dialect: Dialect,
): string {
  const spelling = spellings[dialect];
  const doubles = columns.filter(({ type }) => type === "DOUBLE");
  const row = columns.map((column) => canonical(column, spelling)).join(" || ");
  const names = doubles.map(({ name }) => `\`${name}\``);
  const quarter = (start: number): string => spelling.number(`SUBSTR(hash, ${start}, 8)`);
  const weight = `(1 + MOD(${quarter(1)}, 1000))`;
  const sums = [
    "COUNT(*) AS row_count",
    ...quarters.map((start, index) => `${asText(`SUM(${quarter(start)})`)} AS quarter_${index}`),
    ...names.flatMap((name, index) => [
      `SUM(${weight} * ${name}) AS double_${index}`,
      `SUM(${weight} * ABS(${name})) AS size_${index}`,
    ]),
  ];
  const hashed = [`${spelling.hash(row)} AS hash`, ...names];
  const sql = `SELECT ${sums.join(", ")} FROM (SELECT ${hashed.join(", ")} FROM ${from}) AS hashed`;
  return dialect === "bigquery" ? sql : sql.replaceAll("`", '"');

  function asText(value: string): string {
    return `COALESCE(CAST(${value} AS ${spelling.text}), '0')`;
  }
}

/**
 * A value as a text that no other value has, also beside its neighbours: its length in bytes goes
 * before it. Of a double only whether there is one.
 */
function canonical({ name, type }: Column, { text, bytes, micros }: Spelling): string {
  const value = `\`${name}\``;
  if (type === "DOUBLE") return `IF(${value} IS NULL, '-', '+')`;
  const written = `CAST(${type === "TIMESTAMP" ? micros(value) : value} AS ${text})`;
  // Not CONCAT, which is NULL with a NULL in it for one engine and not for the other.
  return `COALESCE(CAST(${bytes(written)} AS ${text}) || ':' || ${written}, '-')`;
}

/** @param row the answer to the query of checksumOf(), from whichever engine */
export function checksumFrom(
  { columns }: Pick<Table, "columns">,
  row: Readonly<Record<string, unknown>>,
): Checksum {
  const doubles = columns.filter(({ type }) => type === "DOUBLE");
  return {
    rows: Number(row["row_count"]),
    quarters: quarters.map((_start, index) => String(row[`quarter_${index}`])),
    doubles: Object.fromEntries(
      doubles.map(({ name }, index) => [
        name,
        { sum: Number(row[`double_${index}`] ?? 0), size: Number(row[`size_${index}`] ?? 0) },
      ]),
    ),
  };
}

/** What differs between two checksums of a table, in words; nothing where the tables are the same. */
export function checksumDifferences(one: Checksum, other: Checksum, tolerance = 1e-9): string[] {
  if (one.rows !== other.rows) return [`${one.rows} rows / ${other.rows} rows`];
  const isSame = one.quarters.every((quarter, index) => quarter === other.quarters[index]);
  const apart = Object.entries(one.doubles).filter(([name, { sum, size }]) => {
    const found = other.doubles[name];
    if (found === undefined) return true;
    return !(Math.abs(sum - found.sum) <= tolerance * Math.max(size, found.size));
  });
  return [
    ...(isSame ? [] : ["other rows"]),
    ...apart.map(([name, { sum }]) => `${name} sums up to ${sum} / ${other.doubles[name]?.sum}`),
  ];
}
