import { open } from "node:fs/promises";

import { parse } from "csv-parse/sync";

import { MarqueeError } from "../../errors.ts";
import { isField } from "../../sql/catalog/source.ts";
import type { Source, SourceColumn } from "../../sql/catalog/types.ts";
import type { FoundFile } from "./find.ts";
import { unreadable } from "./find.ts";

/** A file's fields in their order; undefined is a column that the source does not know. */
export interface Header {
  fields: (SourceColumn | undefined)[];
  /** Names of the columns that are read past. */
  unknown: string[];
}

/** No header of a known file comes near this many bytes. */
const headerLimit = 64 * 1024;

/**
 * Reads a CSV file's header and finds the source's columns in it, in whatever order they stand.
 *
 * @throws MarqueeError (input) for a file that is not UTF-8, and a missing column
 */
export async function readHeader(source: Source, { path: file }: FoundFile): Promise<Header> {
  const names = await readNames(file);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw wrongHeader(file, `the column ${JSON.stringify(twice)} stands twice in its header`);
  }

  const fields = names.map((name) => source.columns.find(({ headers }) => headers.includes(name)));
  const missing = source.columns.filter((column) => isField(column) && !fields.includes(column));
  if (missing.length > 0) {
    const said = missing.map(({ headers }) => headers.join(" or ")).join(", ");
    const line = names.join(",").slice(0, 120);
    const plural = missing.length === 1 ? "column" : "columns";
    throw wrongHeader(
      file,
      `its header lacks the ${plural} ${said}; it reads ${JSON.stringify(line)}`,
    );
  }
  return { fields, unknown: names.filter((_, index) => fields[index] === undefined) };
}

function wrongHeader(file: string, why: string): MarqueeError {
  return new MarqueeError({
    reason: "input",
    what: `${file}: ${why}`,
    next: "The first line must name the columns as the publisher's file does",
  });
}

async function readNames(file: string): Promise<string[]> {
  const text = decode(file, await readStart(file));
  const records = tryParse(text);
  const names = records?.[0] ?? [];
  return names.map((name) => name.trim());
}

/** Reads the first record alone: what follows may be broken in any way. */
function tryParse(text: string): string[][] | undefined {
  try {
    return parse(text, { bom: true, to: 1, relax_column_count: true });
  } catch {
    return undefined;
  }
}

async function readStart(file: string): Promise<Buffer> {
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    const buffer = Buffer.alloc(headerLimit);
    const { bytesRead } = await handle.read(buffer, 0, headerLimit, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    await handle.close();
  }
}

function decode(file: string, start: Buffer): string {
  // Only the header line: a later character may be cut in two by the limit.
  const ends = [start.indexOf("\n"), start.indexOf("\r")].filter((end) => end !== -1);
  const header = start.subarray(0, Math.min(...ends, start.length));
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
    if (!text.includes("\0")) return text;
  } catch {
    // Said below, together with the other way of not being UTF-8.
  }
  throw notUtf8(file, "its first line");
}

/** A file in another encoding is refused whole: its accents would be lost record by record. */
export function notUtf8(file: string, place: string): MarqueeError {
  return new MarqueeError({
    reason: "input",
    what: `${file}: ${place} holds bytes that are not UTF-8`,
    next: `Convert the file, for instance: iconv -f latin1 -t utf-8 ${file} > converted.csv`,
  });
}
