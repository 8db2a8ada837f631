import { stringify } from "csv-stringify/sync";

import { Tally, type SourceAccount } from "./account.ts";
import type { FlawOf, Source } from "./flaws.ts";

/** One record of a file, and what is wrong with it, if anything. */
export interface SampleRecord<S extends Source> {
  fields: readonly string[];
  flaws: readonly FlawOf<S>[];
}

/** A file piece by piece, bytes or text that is written as UTF-8; when it ends, what it holds. */
export type FileText<Holds = SourceAccount> = Generator<string | Uint8Array, Holds, undefined>;

/** How records become a piece of a file. */
export type RecordsText = (records: readonly (readonly string[])[]) => string | Uint8Array;

/** Records as CSV. The real files end their lines in two ways, so the caller says which. */
export function csvRecords(lineEnd: "\n" | "\r\n"): RecordsText {
  return (records) => stringify([...records], { record_delimiter: lineEnd });
}

/** Records in Latin-1 as MovieLens' old files hold them: fields stand between separators, unquoted. */
export function plainRecords(separator: string): RecordsText {
  return (records) =>
    Buffer.from(records.map((fields) => `${fields.join(separator)}\n`).join(""), "latin1");
}

const recordsPerPiece = 200;

/**
 * Writes records and counts them.
 *
 * @param header the first line, where it is no record
 */
export function* recordsText<S extends Source>(
  tally: Tally<S>,
  header: readonly string[] | undefined,
  records: Iterable<SampleRecord<S>>,
  text: RecordsText,
): FileText {
  let piece = header === undefined ? [] : [header];
  for (const { fields, flaws } of records) {
    tally.record(flaws);
    piece.push(fields);
    if (piece.length < recordsPerPiece) continue;
    yield text(piece);
    piece = [];
  }
  yield text(piece);
  return tally.account();
}

/** Writes records of a source as CSV below the names of their columns. */
export function csvText<S extends Source>(
  source: S,
  columns: readonly string[],
  records: Iterable<SampleRecord<S>>,
): FileText {
  return recordsText(new Tally(source), columns, records, csvRecords("\n"));
}
