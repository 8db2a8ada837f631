import { DuckDBScalarFunction, VARCHAR } from "@duckdb/node-api";

import { MarqueeError } from "../../errors.ts";
import { recordOrdinal } from "../../sql/catalog/source.ts";
import type { Source } from "../../sql/catalog/types.ts";
import { quoted, type Session } from "../duckdb.ts";
import type { FoundFile } from "./find.ts";
import { type Header, notUtf8 } from "./header.ts";
import { type LiteralReading, type LiteralShape, readLiteral } from "./literal.ts";
import { typedColumn } from "./typing.ts";
import { longestRecord, recordAt } from "./survey.ts";

/** One file, read and typed once. */
export interface Scan {
  file: FoundFile;
  header: Header;
  /** Parquet with the source's columns, `fault` (code and reason, or NULL) and record_ordinal. */
  typedFile: string;
  /** record_ordinal of the file's first well-formed record. */
  firstOrdinal: number;
  /** Records with the right number of fields, typed or not. */
  wellFormed: number;
  /** Records that DuckDB could not split into fields. */
  malformed: number;
}

// Strict, so that a stray quote spoils one record and not all behind it; nothing is guessed.
const csvOptions =
  `auto_detect=false, header=true, delim=',', quote='"', escape='"', strict_mode=true, ` +
  `null_padding=false, allow_quoted_nulls=false, store_rejects=true, rejects_limit=0, ` +
  `max_line_size=${longestRecord}, rejects_table='rejected', rejects_scan='rejected_scans'`;

/**
 * Reads a CSV file once, types every field by the source's declaration and writes what came of it
 * as Parquet: good records with their values, the others with what is wrong with them.
 *
 * @param runStart second since 1970 that no epoch in the data may lie behind
 * @throws MarqueeError (input) for a file that is not UTF-8 or whose line ends differ
 */
export async function scanFile(
  session: Session,
  source: Source,
  file: FoundFile,
  header: Header,
  {
    typedFile,
    firstOrdinal,
    runStart,
  }: { typedFile: string; firstOrdinal: number; runStart: number },
): Promise<Scan> {
  await session.run("drop table if exists rejected; drop table if exists rejected_scans");
  const select = typedSelect(source, file, header, { firstOrdinal, runStart });
  const wellFormed = await session
    .run(`copy (${select}) to ${quoted(typedFile)} (format parquet, compression snappy)`)
    .catch((error: unknown) => {
      throw scanFault(file, error);
    });

  const [encoding] = await session.rows(
    "select min(byte_position) as position from rejected where error_type = 'INVALID ENCODING'",
  );
  if (typeof encoding?.["position"] === "bigint") {
    const record = await recordAt(file.path, Number(encoding["position"]));
    throw notUtf8(file.path, `record ${record}`);
  }
  const malformed = await session.number("select count(distinct line) from rejected");
  return { file, header, typedFile, firstOrdinal, wellFormed, malformed };
}

/** Teaches the session to read the source's literal columns, each by its own shape. */
export function registerLiterals(session: Session, source: Source): void {
  for (const { name, literal } of source.columns) {
    if (literal === undefined) continue;
    const functionName = literalFunction(source, name);
    const read = (text: string): LiteralReading =>
      readLiteral(text, literal satisfies LiteralShape);
    session.register(
      textFunction(functionName, (text) => {
        const reading = read(text);
        return "json" in reading ? reading.json : null;
      }),
    );
    session.register(
      textFunction(`${functionName}_fault`, (text) => {
        const reading = read(text);
        return "fault" in reading ? reading.fault : null;
      }),
    );
  }
}

function literalFunction(source: Source, column: string): string {
  return `read_${source.name}_${column}`;
}

function textFunction(name: string, read: (text: string) => string | null): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    returnType: VARCHAR,
    parameterTypes: [VARCHAR],
    mainFunction(_info, input, output) {
      const texts = input.getColumnVector(0);
      for (let row = 0; row < input.rowCount; row++) {
        const text = texts.getItem(row) as string | null;
        output.setItem(row, text === null ? null : read(text));
      }
      output.flush();
    },
  });
}

function typedSelect(
  source: Source,
  file: FoundFile,
  header: Header,
  { firstOrdinal, runStart }: { firstOrdinal: number; runStart: number },
): string {
  const rawColumns = header.fields.map((_, index) => `'field_${index}': 'VARCHAR'`).join(", ");
  // In the declaration's order, so that files whose columns stand differently can be read as one.
  const typed = source.columns.map((column) => {
    const index = header.fields.indexOf(column);
    const text = `text_${index}`;
    const names = { literalFunction: literalFunction(source, column.name), runStart };
    return { column, text, field: `field_${index}`, ...typedColumn(column, text, names) };
  });

  // Each stage names what the next one uses, so that nothing is computed twice for a record.
  const texts = typed.map(({ text, field }) => `nullif(${field}, '') as ${text}`);
  const stages = [0, 1].map((stage) =>
    typed.flatMap(({ prepared }) =>
      prepared.slice(stage, stage + 1).map(([name, sql]) => `${sql} as ${name}`),
    ),
  );
  const values = typed.map(({ column, value }) => `${value} as "${column.name}"`);
  const faults = typed.flatMap((column) =>
    column.faults.map(
      ([condition, code, reason]) =>
        `when ${condition} then struct_pack(code := ${quoted(code)}, reason := ${reason})`,
    ),
  );
  const fault = faults.length === 0 ? "null" : `case ${faults.join("\n")} end`;

  return `
    select ${[...values, `${fault} as fault`, recordOrdinal].join(",\n")}
    from (select *, ${[...(stages[1] ?? []), "0 as stage_2"].join(",\n")}
    from (select *, ${[...(stages[0] ?? []), "0 as stage_1"].join(",\n")}
    from (select row_number() over () - 1 + ${firstOrdinal} as ${recordOrdinal}, ${texts.join(",\n")}
    from read_csv(${quoted(file.path)}, ${csvOptions}, columns = {${rawColumns}}))))`;
}

function scanFault({ path }: FoundFile, error: unknown): MarqueeError {
  if (error instanceof MarqueeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const first = message.split("\n")[0] ?? message;
  if (message.includes("invalid state")) {
    return new MarqueeError({
      reason: "input",
      what: `${path} ends its lines in different ways (\\n, \\r\\n, \\r)`,
      next: `Make them alike, for instance: sed 's/\\r$//' ${path} > unix.csv`,
      cause: error,
    });
  }
  return new MarqueeError({
    reason: "input",
    what: `${path} cannot be read as CSV: ${first}`,
    next: "Compare it with the publisher's file",
    cause: error,
  });
}
