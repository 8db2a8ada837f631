import { isField } from "../../sql/catalog/source.ts";
import type { Source, SourceColumn } from "../../sql/catalog/types.ts";
import { quoted } from "../duckdb.ts";
import type { TextRecords } from "./typed-select.ts";
import { lastEpochSecond, monthOfEpoch } from "./typing.ts";

/** The column that holds a record that is not plain, whole; NULL beside the values of a plain one. */
export const unread = "unread";

/**
 * The SELECT that types the plain records of a source of numbers: those whose every field is written
 * as DuckDB itself would write its value, and lies in its range. That is nearly all of them, and to ask
 * so little of each is what makes 26 million quick. The others are handed on as they are, for
 * `typedSelect` to read or to refuse; their values here mean nothing.
 *
 * @returns undefined where the source has columns whose plain form is not known
 */
export function plainSelect(
  source: Source,
  records: TextRecords,
  runStart: Date,
): string | undefined {
  const fields = source.columns.filter(isField);
  if (!fields.every(hasPlainForm)) return undefined;

  const texts = fields.map((column, index) => ({
    column,
    text: `text_${index}`,
    value: `value_${index}`,
    sql: records.texts.get(column) ?? "null",
  }));
  const values = texts.map(({ column, text, value }) => `${readPlain(column, text)} as ${value}`);
  const columns = source.columns.map((column) => {
    const of = texts.find((one) => one.column.name === (column.monthOf ?? column.name));
    return `${storedAs(column, of?.value ?? "null")} as "${column.name}"`;
  });
  const newest = Math.floor(runStart.getTime() / 1000);
  const conditions = [
    ...records.faults.map(([condition]) => `not (${condition})`),
    ...texts.flatMap(({ column, text, value }) => [
      ...(column.values === undefined
        ? [`cast(${value} as varchar) = ${text}`]
        : [`${value} is not null`]),
      ...bounds(column, value, newest),
    ]),
  ];
  return `
    select ${columns.join(",\n")},
        case when ${conditions.join("\n and ")} then null else ${records.record} end as ${unread}
    from (select *, ${values.join(",\n")}
    from (select *, ${texts.map(({ text, sql }) => `${sql} as ${text}`).join(",\n")}
    from (${records.relation})))`;
}

function hasPlainForm({ type, values, missing }: SourceColumn): boolean {
  if (missing.length > 0) return false;
  return type === "BIGINT" || type === "EPOCH" || (type === "DOUBLE" && values !== undefined);
}

/** 4 and 4.0 are both plain; whole numbers are compared with their text afterwards. */
function readPlain({ values }: SourceColumn, text: string): string {
  if (values === undefined) return `try_cast(${text} as bigint)`;
  // The highest first: people favour what they like, and the search ends where it finds.
  const cases = [...values]
    .sort((a, b) => b - a)
    .flatMap((value) =>
      [...new Set([value.toFixed(1), String(value)])].map(
        (form) => `when ${quoted(form)} then ${value}::double`,
      ),
    );
  return `case ${text} ${cases.join(" ")} end`;
}

/** What is out of bounds is not plain: it is cut here only so that it cannot break the conversion. */
function storedAs({ type, monthOf }: SourceColumn, value: string): string {
  if (monthOf === undefined && type !== "EPOCH") return value;
  const second = `greatest(least(${value}, ${lastEpochSecond}), 0)`;
  return monthOf === undefined ? `to_timestamp(${second})` : monthOfEpoch(second);
}

function bounds({ type, range }: SourceColumn, value: string, newest: number): string[] {
  const { min, max } = range ?? { min: undefined, max: undefined };
  const lowest = type === "EPOCH" ? Math.max(min ?? 0, 0) : min;
  const highest = max === "run_start" ? newest : (max ?? (type === "EPOCH" ? newest : undefined));
  return [
    ...(lowest === undefined ? [] : [`${value} >= ${lowest}`]),
    ...(highest === undefined ? [] : [`${value} <= ${highest}`]),
  ];
}
