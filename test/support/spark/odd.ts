import type { ColumnType } from "../../../sql/catalog/types.ts";

/** The texts of a column, or what an engine said that failed. */
export type Outcome = (string | null)[] | string;

/** A SELECT that the engines are known to take differently, and what is to catch it. */
export interface Difference {
  /** Gives id and found, of which only the second differs. */
  select: string;
  /** What is declared for `found`. */
  type: ColumnType;
  duckdb: Outcome | RegExp;
  spark: Outcome | RegExp;
  guard:
    | { by: "linter"; rule: string }
    // It holds Spark's columns against the declaration before any row is made.
    | { by: "driver" }
    // One engine refuses to make the table.
    | { by: "failing engine" }
    | { by: "comparison of rows" };
}

/** staging.odd: few rows, each with something about it. */
export const rowsOfOdd = `select * from (values
  (cast(1 as bigint), 'Ab', cast(3.7 as double), date '2016-01-31', timestamptz '2016-01-31T10:00:00Z'),
  (2, '12' || chr(10), 1e7, date '2016-03-01', timestamptz '2016-03-01T00:00:00Z'),
  (3, 'ß', -1.005, date '2000-02-29', timestamptz '2000-02-29T23:59:59Z'),
  (4, null, 0, null, null)
) as odd(id, word, number, day, instant)`;

const linter = (rule: string) => ({ by: "linter", rule }) as const;
const driver = { by: "driver" } as const;
const failing = { by: "failing engine" } as const;
const comparison = { by: "comparison of rows" } as const;

export const differences: readonly Difference[] = [
  {
    guard: linter("divisors-are-not-zero"),
    select: "select id, 1e0 / number as found from staging.odd where id in (2, 4)",
    type: "DOUBLE",
    duckdb: ["1e-07", "inf"],
    spark: /DIVIDE_BY_ZERO/,
  },
  {
    // Of equals DuckDB takes the first and Spark the last.
    guard: linter("function-not-shared"),
    select: "select cast(1 as bigint) as id, max_by(id, 7) as found from staging.odd",
    type: "BIGINT",
    duckdb: ["1"],
    spark: ["4"],
  },
  {
    // 1.005 is a little less than it says: DuckDB rounds the number, Spark its digits.
    guard: linter("function-not-shared"),
    select: "select id, round(number, 2) as found from staging.odd",
    type: "DOUBLE",
    duckdb: ["3.7", "10000000.0", "-1.0", "0.0"],
    spark: ["3.7", "10000000.0", "-1.01", "0.0"],
  },
  {
    guard: linter("function-not-shared"),
    select: "select id, upper(word) as found from staging.odd",
    type: "STRING",
    duckdb: ["AB", "12\n", "ẞ", null],
    spark: ["AB", "12\n", "SS", null],
  },
  {
    guard: linter("sorts-place-nulls"),
    select:
      "select id, cast(row_number() over (order by word) as bigint) as found from staging.odd",
    type: "BIGINT",
    duckdb: ["2", "1", "3", "4"],
    spark: ["3", "2", "4", "1"],
  },
  {
    guard: linter("plain-numbers"),
    select: "select cast(1 as bigint) as id, cast(1.0 / 3 as double) as found",
    type: "DOUBLE",
    duckdb: ["0.3333333333333333"],
    spark: ["0.333333"],
  },
  {
    guard: linter("plain-strings"),
    select: "select cast(1 as bigint) as id, 'it''s' as found",
    type: "STRING",
    duckdb: ["it's"],
    spark: ["its"],
  },
  {
    guard: linter("doubles-stay-doubles"),
    select: "select id, 'about ' || number * 1e0 as found from staging.odd where id = 2",
    type: "STRING",
    duckdb: ["about 10000000.0"],
    spark: ["about 1.0E7"],
  },
  // What follows is fine to the linter, which knows no types of columns and no values.
  {
    guard: driver,
    select: "select id, day - day as found from staging.odd where id < 3",
    type: "BIGINT",
    duckdb: ["0", "0"],
    spark: /gives found interval day where found bigint is declared/,
  },
  {
    // DuckDB adds first, Spark goes from left to right.
    guard: driver,
    select: "select id, 1 || id + 1 as found from staging.odd",
    type: "STRING",
    duckdb: ["12", "13", "14", "15"],
    spark: /gives found bigint where found string is declared/,
  },
  {
    guard: failing,
    select: "select id, id + 1 as found from staging.odd where found > 4",
    type: "BIGINT",
    duckdb: ["5"],
    spark: /UNRESOLVED_COLUMN.*found/,
  },
  {
    guard: failing,
    select: "select id, sqrt(number) as found from staging.odd where id = 3",
    type: "DOUBLE",
    duckdb: /square root of a negative number/,
    spark: ["nan"],
  },
  {
    guard: comparison,
    select: "select id, cast(number as bigint) as found from staging.odd",
    type: "BIGINT",
    duckdb: ["4", "10000000", "-1", "0"],
    spark: ["3", "10000000", "-1", "0"],
  },
  {
    guard: comparison,
    select: "select id, cast(instant as string) as found from staging.odd where id < 3",
    type: "STRING",
    duckdb: ["2016-01-31 10:00:00+00", "2016-03-01 00:00:00+00"],
    spark: ["2016-01-31 10:00:00", "2016-03-01 00:00:00"],
  },
  {
    guard: comparison,
    select: "select id, split_part(word, '', 1) as found from staging.odd",
    type: "STRING",
    duckdb: ["A", "1", "ß", null],
    spark: ["Ab", "12\n", "ß", null],
  },
  {
    // Java's $ also matches before a line break at the end: sets of the suite must have such a text.
    guard: comparison,
    select: "select id, regexp_like(word, '^[0-9]+$') as found from staging.odd",
    type: "BOOLEAN",
    duckdb: ["false", "false", "false", null],
    spark: ["false", "true", "false", null],
  },
];
