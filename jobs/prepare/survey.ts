import { type FileHandle, open } from "node:fs/promises";

import { unreadable } from "./find.ts";

/**
 * A walk over a CSV file's bytes that tells where each record begins and ends and how many fields
 * it has. DuckDB reads the values; it does not give a faulty record back as it was received, counts
 * blank lines as records in its reports, and lets empty fields beyond the last column pass. So this
 * walk is made, for a file in which something is wrong, to name the records exactly.
 */
export interface SurveyedRecord {
  /** From 1, the header and blank lines not counted. */
  number: number;
  /** Byte offsets of the record without its line end. */
  start: number;
  end: number;
  fields: number;
  /** Whether every field beyond the expected ones is empty, without quotes even. */
  surplusIsEmpty: boolean;
  /** Whether a quoted field is followed by something else, or never closed. */
  broken: boolean;
}

/** Bytes of a record with its line end, above which DuckDB gives it up. No real one comes near. */
export const longestRecord = 2_000_000;

const newline = 0x0a;
const carriageReturn = 0x0d;
const comma = 0x2c;
const quote = 0x22;
const space = 0x20;
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Where the walk stands within a record. */
const enum Place {
  FieldStart,
  Unquoted,
  Quoted,
  AfterQuote,
  /** After a quote where none may be: DuckDB gives the record up until its line ends. */
  Broken,
}

/**
 * Walks over a CSV file.
 *
 * @param expectedFields how many fields a record should have
 * @param visit called for each data record in the order of the file
 */
export async function surveyRecords(
  file: string,
  expectedFields: number,
  visit: (record: SurveyedRecord) => void,
): Promise<void> {
  let place: Place = Place.FieldStart;
  let offset = 0;
  let start = 0;
  let fields = 1;
  let fieldIsEmpty = true;
  let surplusIsEmpty = true;
  let broken = false;
  let previousWasReturn = false;
  let number = -1; // the header comes first

  const closeField = (): void => {
    if (fields > expectedFields && !fieldIsEmpty) surplusIsEmpty = false;
    fieldIsEmpty = true;
  };
  const closeRecord = (end: number): void => {
    closeField();
    if (end > start) {
      number += 1;
      if (number > 0) visit({ number, start, end, fields, surplusIsEmpty, broken });
    }
    start = end + 1;
    fields = 1;
    surplusIsEmpty = true;
    broken = false;
    place = Place.FieldStart;
  };

  const handle = await opened(file);
  try {
    const buffer = Buffer.allocUnsafe(1 << 20);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) break;
      let index = 0;
      if (offset === 0 && byteOrderMark.every((byte, i) => buffer[i] === byte)) {
        index = byteOrderMark.length;
        start = index;
      }
      for (; index < bytesRead; index++) {
        const byte = buffer[index];
        if (place === Place.Quoted) {
          if (byte === quote) place = Place.AfterQuote;
        } else if (byte === newline || byte === carriageReturn) {
          // The second byte of a Windows line end closes nothing.
          if (byte === newline && previousWasReturn) start = offset + index + 1;
          else closeRecord(offset + index);
        } else if (place === Place.Broken) {
          continue;
        } else if (byte === comma) {
          closeField();
          fields += 1;
          place = Place.FieldStart;
        } else if (byte === quote && place === Place.FieldStart) {
          fieldIsEmpty = false;
          place = Place.Quoted;
        } else if (byte === quote && place === Place.AfterQuote) {
          place = Place.Quoted;
        } else if (byte === space && place !== Place.Unquoted) {
          // Spaces around a quoted field do not belong to it.
          fieldIsEmpty = false;
        } else if (place === Place.AfterQuote) {
          broken = true;
          place = Place.Broken;
        } else {
          fieldIsEmpty = false;
          place = Place.Unquoted;
        }
        previousWasReturn = byte === carriageReturn && place !== Place.Quoted;
      }
      offset += bytesRead;
    }
  } finally {
    await handle.close();
  }
  if (place === Place.Quoted) broken = true;
  if (offset > start) closeRecord(offset);
}

/** The number of the record that a byte of the file belongs to. */
export async function recordAt(file: string, position: number): Promise<number> {
  let number = 0;
  await surveyRecords(file, 0, (record) => {
    if (record.start <= position) number = record.number;
  });
  return number;
}

/** Whether a line of the file ends with a comma: only then can a record have empty surplus fields. */
export async function someLineEndsWithComma(file: string): Promise<boolean> {
  const handle = await opened(file);
  try {
    const buffer = Buffer.allocUnsafe(1 << 20);
    let offset = 0;
    let last = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) return last === comma;
      const chunk = buffer.subarray(0, bytesRead);
      const endsLine = chunk[0] === newline || chunk[0] === carriageReturn;
      if (last === comma && endsLine) return true;
      if (chunk.includes(",\n") || chunk.includes(",\r")) return true;
      last = chunk[bytesRead - 1] ?? 0;
      offset += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** Records of a file as text, whole and as they were received, in the order asked for. */
export async function recordTexts(
  file: string,
  records: readonly SurveyedRecord[],
): Promise<string[]> {
  const handle = await opened(file);
  try {
    const texts: string[] = [];
    for (const { start, end } of records) {
      const buffer = Buffer.alloc(end - start);
      await handle.read(buffer, 0, buffer.length, start);
      texts.push(buffer.toString("utf8"));
    }
    return texts;
  } finally {
    await handle.close();
  }
}

async function opened(file: string): Promise<FileHandle> {
  return open(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
}
