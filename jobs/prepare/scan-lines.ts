import { rm } from "node:fs/promises";

import { MarqueeError } from "../../errors.ts";
import type { Encoding, Source, SourceColumn } from "../../sql/catalog/types.ts";
import { quoted, type Session } from "../duckdb.ts";
import { asUtf8, lineAt } from "./encoding.ts";
import type { FoundFile } from "./find.ts";
import { notUtf8 } from "./header.ts";
import { untypedRecords } from "./quarantine.ts";
import { copyTyped, readCsv } from "./read-csv.ts";
import { plainSelect, unread } from "./plain-select.ts";
import { deliveredOn, type Scan, type ScanOptions } from "./scan.ts";
import { longestRecord } from "./survey.ts";
import type { TypedFile } from "./typed-records.ts";
import { type TextRecords, typedSelect } from "./typed-select.ts";

/** A file in which a line is a record, whatever stands in it. */
export interface Lines {
  delimiter: string;
  /** Tried in this order. */
  encodings: readonly Encoding[];
  fields: readonly LineField[];
  /** Place of the field that may hold the delimiter itself. */
  absorbs: number | undefined;
  /** Whether the first line that is not blank names the columns. */
  header: boolean;
}

interface LineField {
  name: string;
  column: SourceColumn | undefined;
  /** Whether 1 says that the field's name belongs to the column's list, and 0 that it does not. */
  flag: boolean;
}

/** No text holds this, so that DuckDB takes a line as one field. */
const never = "\x01\x02\x03\x04";

/**
 * Scans a file of lines. DuckDB splits and types them and keeps the faulty ones whole: JavaScript
 * sees no records but those that go to quarantine, and of a Latin-1 file the bytes.
 *
 * @throws MarqueeError (input) for a file that is in none of the encodings, whose line ends differ,
 *   that has a line beyond all measure, or that is mostly faults
 */
export async function scanLines(
  session: Session,
  source: Source,
  file: FoundFile,
  lines: Lines,
  options: ScanOptions,
): Promise<Scan> {
  const { firstOrdinal } = options;
  const leadingRows = lines.header ? 1 : 0;
  const { rows, notPlain } = await copyInItsEncoding(session, source, file, lines, options);
  const typed: TypedFile = {
    path: options.typedFile,
    notPlain,
    leadingRows,
    firstOrdinal,
    delivered: deliveredOn(file, options),
  };
  const records = rows - leadingRows;
  const quarantined = await untypedRecords(session, { file, typed, records });
  return {
    typed,
    ordinals: records,
    records,
    quarantined: quarantined.map(({ ordinal, code, reason, record }) => ({
      recordNumber: ordinal - firstOrdinal + 1,
      reasonCode: code,
      reason,
      record: record ?? "",
    })),
    misfits: [],
  };
}

interface Copied {
  /** How many lines the file has, the header counted, blank ones not. */
  rows: number;
  /** Where the records that are not plain were typed, if plain ones were read first. */
  notPlain: string | undefined;
}

async function copyInItsEncoding(
  session: Session,
  source: Source,
  file: FoundFile,
  lines: Lines,
  { typedFile, runStart }: ScanOptions,
): Promise<Copied> {
  let badEncodingAt: number | undefined;
  for (const encoding of lines.encodings) {
    const readable = await asUtf8(file, encoding, `${typedFile}.utf-8`);
    const records = textRecords(fileLines(readable), lines);
    const plain = plainSelect(source, records, runStart);
    const select = plain ?? typedSelect(source, records, runStart);
    const copied = await copyTyped(session, file, select, typedFile);
    if (readable !== file) await rm(readable.path);
    badEncodingAt = copied.badEncodingAt;
    if (badEncodingAt !== undefined) {
      // Latin-1 may be valid UTF-8 by chance; where most of what is not ASCII is, the file is UTF-8
      // and damaged, and all its accents would be lost.
      if ((await recordsBeyondAscii(session, source, typedFile)) > copied.malformed) break;
      continue;
    }
    if (copied.malformed === 0) {
      const { rows } = copied;
      if (plain === undefined) return { rows, notPlain: undefined };
      return { rows, notPlain: await typeNotPlain(session, source, lines, typedFile, runStart) };
    }
    throw new MarqueeError({
      reason: "input",
      what: `${file.path}: a line is longer than ${longestRecord} bytes`,
      next: "Compare it with the publisher's file",
    });
  }
  const line = await lineAt(file.path, badEncodingAt ?? 1);
  throw notUtf8(file.path, `record ${lines.header ? line - 1 : line}`);
}

/** Reads the records that plainSelect handed on, with all the forms that a value may have. */
async function typeNotPlain(
  session: Session,
  source: Source,
  lines: Lines,
  typedFile: string,
  runStart: Date,
): Promise<string> {
  const place = `${typedFile}.not-plain`;
  const handedOn = `
    (select ${unread} as line, file_row_number
    from read_parquet(${quoted(typedFile)}, file_row_number = true) where ${unread} is not null)`;
  const records = { ...textRecords(handedOn, lines), passed: ["file_row_number"] };
  await session.run(
    `copy (${typedSelect(source, records, runStart)}) to ${quoted(place)} (format parquet, compression snappy)`,
  );
  return place;
}

async function recordsBeyondAscii(
  session: Session,
  source: Source,
  typedFile: string,
): Promise<number> {
  const texts = source.columns.filter(({ type }) => type === "STRING");
  const beyond = texts.map(({ name }) => `regexp_matches("${name}", '[^\\x00-\\x7f]')`);
  if (beyond.length === 0) return 0;
  return session.number(
    `select count(*) from read_parquet(${quoted(typedFile)}) where ${beyond.join(" or ")}`,
  );
}

/** A file as a relation of one column, `line`. */
function fileLines(file: FoundFile): string {
  return readCsv(file, {
    delimiter: never,
    quote: "",
    // The header is a line like the others here: a blank line before it would be taken for it.
    header: false,
    columns: ["line"],
  });
}

function textRecords(relation: string, lines: Lines): TextRecords {
  const { delimiter, fields } = lines;
  const faults: TextRecords["faults"] = [
    [
      `len(fields) ${lines.absorbs === undefined ? "<>" : "<"} ${fields.length}`,
      "field_count",
      `len(fields) || ' fields where ${fields.length} belong'`,
    ],
  ];
  const flags = fields.flatMap(({ flag }, index) => (flag ? [fieldText(lines, index)] : []));
  if (flags.length > 0) {
    const allAreFlags = flags.map((text) => `${text} in ('0', '1')`).join(" and ");
    faults.push([`not (${allAreFlags})`, "not_accepted", "'a flag is neither 0 nor 1'"]);
  }
  return {
    relation: `
      select *, string_split(line, ${quoted(delimiter)}) as fields
      from ${relation} where line is not null`,
    texts: columnTexts(lines),
    faults,
    record: "line",
    passed: [],
  };
}

/** The text of each column: a field's, or the list of the flags that are set. */
function columnTexts(lines: Lines): Map<SourceColumn, string> {
  const texts = new Map<SourceColumn, string>();
  const set = new Map<SourceColumn, string[]>();
  for (const [index, { name, column, flag }] of lines.fields.entries()) {
    if (column === undefined) continue;
    const text = fieldText(lines, index);
    if (!flag) texts.set(column, text);
    else
      set.set(column, [
        ...(set.get(column) ?? []),
        `case when ${text} = '1' then ${quoted(name)} end`,
      ]);
  }
  for (const [column, names] of set) texts.set(column, `concat_ws('|', ${names.join(", ")})`);
  return texts;
}

/** A field by its place, counted from the end behind the field that absorbs delimiters. */
function fieldText({ fields, absorbs, delimiter }: Lines, index: number): string {
  const behind = fields.length - 1 - index;
  if (absorbs === undefined || index < absorbs) return `fields[${index + 1}]`;
  if (index > absorbs) return `fields[len(fields) - ${behind}]`;
  return `array_to_string(fields[${index + 1}:len(fields) - ${behind}], ${quoted(delimiter)})`;
}
