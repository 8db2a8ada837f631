import { rawDuckdbType, type SourceColumn } from "../../sql/catalog/types.ts";
import { quoted } from "../duckdb.ts";

/**
 * The SQL that turns one text column of a raw file into its declared value, and that says what is
 * wrong with a text that cannot be turned. Both are DuckDB expressions over the text's column name.
 */
export interface TypedColumn {
  /** Intermediate columns, computed once a record: [name, expression]. */
  prepared: [string, string][];
  value: string;
  /** [condition, reason code, reason] in the order in which they are asked. */
  faults: [string, string, string][];
}

const readers = {
  BIGINT: ["whole_number", "not_a_whole_number", "is not a whole number"],
  DOUBLE: ["decimal_number", "not_a_number", "is not a number"],
  BOOLEAN: ["true_or_false", "not_a_boolean", "is neither True nor False"],
  DATE: ["calendar_date", "not_a_date", "is not a date like 1995-10-30"],
  MONTH: ["calendar_month", "not_a_date", "is not a date like 1995-10-01"],
  EPOCH: ["whole_number", "not_a_whole_number", "is not a whole number"],
} as const;

/** The end of the year 9999, beyond which no instant can be written. */
export const lastEpochSecond = 253402300799;

/** The month (UTC) of a second since 1970, from the number itself: parts of an instant are slow. */
export function monthOfEpoch(second: string): string {
  const day = `cast(make_timestamp(${second} * 1000000) as date)`;
  return `${day} - (cast(day(${day}) as integer) - 1)`;
}

/**
 * @param text name of the column that holds the field's text
 * @param literalFunction name of the registered function that reads the literal, and, with
 *   `_fault` behind it, of the one that says what is wrong with it
 * @param runStart second since 1970 of the run's start
 * @returns of a derived column nothing: it follows from the value of another one
 */
export function typedColumn(
  column: SourceColumn,
  text: string,
  { literalFunction, runStart }: { literalFunction: string; runStart: number },
): TypedColumn {
  const label = column.headers[0] ?? column.name;
  if (column.monthOf !== undefined) return { prepared: [], value: "null", faults: [] };
  const shown = `${quoted(`${label} `)} || chr(34) || left(${text}, 40) || chr(34)`;

  if (column.type === "literal") {
    const given = `${text}_given`;
    const json = `${text}_json`;
    return {
      // Python's None is a literal that says what an empty field says.
      prepared: [
        [
          given,
          `case when is_blank(${text}) or trim_outer(${text}) = 'None' then null else ${text} end`,
        ],
        [json, `${literalFunction}(${given})`],
      ],
      value: `from_json(${json}, ${quoted(jsonStructure(column))})`,
      faults: [
        [
          `${given} is not null and ${json} is null`,
          "not_a_literal",
          `${quoted(`${label}: `)} || ${literalFunction}_fault(${given})`,
        ],
      ],
    };
  }

  if (column.type === "STRING") {
    return { prepared: [], value: text, faults: missingFault(column, text, label) };
  }

  const [macro, code, complaint] = readers[column.type];
  const given = `${text}_given`;
  const value = `${text}_value`;
  const missing = column.missing.map((word) => ` or trim_outer(${text}) = ${quoted(word)}`);
  const faults: TypedColumn["faults"] = [
    ...missingFault(column, given, label),
    [`${given} is not null and ${value} is null`, code, `${shown} || ${quoted(` ${complaint}`)}`],
  ];
  if (column.range !== undefined) {
    const { min, max } = column.range;
    const highest = max === "run_start" ? runStart : max;
    if (min !== undefined) {
      faults.push([
        `${value} < ${min}`,
        "out_of_range",
        `${shown} || ${quoted(` is below ${min}`)}`,
      ]);
    }
    if (highest !== undefined) {
      const limit =
        max === "run_start" ? "lies after the start of this run" : `is above ${highest}`;
      faults.push([`${value} > ${highest}`, "out_of_range", `${shown} || ${quoted(` ${limit}`)}`]);
    }
  }
  if (column.values !== undefined) {
    const accepted = column.values.join(", ");
    faults.push([
      // Not IN: DuckDB would make a join of it, which slows the reader and mixes up its order.
      `not list_contains([${accepted}], ${value})`,
      "not_accepted",
      `${shown} || ${quoted(` is not one of ${accepted}`)}`,
    ]);
  }
  return {
    prepared: [
      [given, `case when is_blank(${text})${missing.join("")} then null else ${text} end`],
      [value, `${macro}(${given})`],
    ],
    value: column.type === "EPOCH" ? `to_timestamp(${instantSecond(value)})` : value,
    faults,
  };
}

/** A second that no instant has is a fault; until that is said it must not break the conversion. */
function instantSecond(value: string): string {
  return `case when ${value} between 0 and ${lastEpochSecond} then ${value} end`;
}

function missingFault(column: SourceColumn, given: string, label: string): TypedColumn["faults"] {
  if (!column.required) return [];
  return [[`${given} is null`, "missing_value", quoted(`${label} is empty`)]];
}

/** The structure that from_json reads, which is the type written as a JSON example. */
function jsonStructure(column: SourceColumn): string {
  const fields = Object.entries(column.literal?.fields ?? {}).map(
    ([name, { type }]) => [name, type === "STRING" ? "VARCHAR" : type] as const,
  );
  const element = JSON.stringify(Object.fromEntries(fields));
  return rawDuckdbType(column).endsWith("[]") ? `[${element}]` : element;
}
