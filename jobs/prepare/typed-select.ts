import type { Source, SourceColumn } from "../../sql/catalog/types.ts";
import { quoted } from "../duckdb.ts";
import { literalFunction } from "./literal-functions.ts";
import { typedColumn } from "./typing.ts";

/** A file's records as text, in SQL, as a layout's reader gives them. */
export interface TextRecords {
  /** A relation with whatever the expressions below are made of, in the order of the file. */
  relation: string;
  /** The expression of each column's text; an empty text is no value. */
  texts: Map<SourceColumn, string>;
  /** [condition, reason code, reason] of a record as a whole, asked before those of its fields. */
  faults: [string, string, string][];
  /** The expression of the record as it was received, or of NULL where only the file has it. */
  record: string;
  /** Columns of the relation that go on as they are. */
  passed: string[];
}

/**
 * The SELECT that types every field by the source's declaration. Its columns are the source's, in
 * the declaration's order so that files of different layouts can be read as one; `fault`, with code,
 * reason and record, or NULL; and those that are passed on.
 *
 * @param runStart the instant that no epoch in the data may lie behind
 */
export function typedSelect(source: Source, records: TextRecords, runStart: Date): string {
  const typed = source.columns.map((column, index) => {
    const text = `text_${index}`;
    const names = {
      literalFunction: literalFunction(source, column.name),
      runStart: Math.floor(runStart.getTime() / 1000),
    };
    return { column, text, ...typedColumn(column, text, names) };
  });

  // Each stage names what the next one uses, so that nothing is computed twice for a record.
  const texts = typed.map(
    ({ column, text }) => `nullif(${records.texts.get(column) ?? "null"}, '') as ${text}`,
  );
  const stages = [0, 1].map((stage) =>
    typed.flatMap(({ prepared }) =>
      prepared.slice(stage, stage + 1).map(([name, sql]) => `${sql} as ${name}`),
    ),
  );
  const values = typed.map(({ column, value }) => {
    const instant = typed.find((other) => other.column.name === column.monthOf)?.value;
    const derived = instant && `cast(date_trunc('month', cast(${instant} as date)) as date)`;
    return `${derived ?? value} as "${column.name}"`;
  });
  const whole = records.faults.map(
    ([condition, code, reason], index) => [`whole_${index}`, condition, code, reason] as const,
  );
  const faults = [
    ...whole.map(([name, , code, reason]) => [name, code, reason] as const),
    ...typed.flatMap((column) => column.faults),
  ].map(
    ([condition, code, reason]) =>
      `when ${condition} then struct_pack(code := ${quoted(code)}, reason := ${reason}, record := ${records.record})`,
  );
  const fault = faults.length === 0 ? "null" : `case ${faults.join("\n")} end`;

  return `
    select ${[...values, `${fault} as fault`, ...records.passed].join(",\n")}
    from (select *, ${[...(stages[1] ?? []), "0 as stage_2"].join(",\n")}
    from (select *, ${[...(stages[0] ?? []), "0 as stage_1"].join(",\n")}
    from (select *, ${[...texts, ...whole.map(([name, condition]) => `${condition} as ${name}`)].join(",\n")}
    from (${records.relation}))))`;
}
