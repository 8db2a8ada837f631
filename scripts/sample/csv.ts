import { stringify } from "csv-stringify/sync";

import { Tally, type SourceAccount } from "./account.ts";
import type { FlawOf, Source } from "./flaws.ts";

/** One record of a file, and what is wrong with it, if anything. */
export interface SampleRecord<S extends Source> {
  fields: readonly string[];
  flaws: readonly FlawOf<S>[];
}

/** A file piece by piece, text or bytes of UTF-8; when it ends, what the file holds. */
export type FileText = Generator<string | Uint8Array, SourceAccount, undefined>;

const recordsPerPiece = 200;

/** Writes records as CSV. The real files end their lines in two ways, so the caller says which. */
export function* csvText<S extends Source>(
  source: S,
  columns: readonly string[],
  records: Iterable<SampleRecord<S>>,
  lineEnd: "\n" | "\r\n" = "\n",
): FileText {
  const tally = new Tally(source);
  let piece: (readonly string[])[] = [columns];
  const text = () => stringify(piece, { record_delimiter: lineEnd });
  for (const { fields, flaws } of records) {
    tally.record(flaws);
    piece.push(fields);
    if (piece.length < recordsPerPiece) continue;
    yield text();
    piece = [];
  }
  yield text();
  return tally.account();
}
