import { open } from "node:fs/promises";

import type { Source } from "../../sql/catalog/types.ts";
import type { Session } from "../duckdb.ts";
import { type FoundFile, unreadable } from "./find.ts";
import { readHeader } from "./header.ts";
import type { QuarantinedRecord } from "./quarantine.ts";
import { scanLines } from "./scan-lines.ts";
import { scanQuoted } from "./scan-quoted.ts";

/** One file, read and typed once. */
export interface Scan {
  /**
   * Parquet with the source's columns, `fault` (code, reason and record, or NULL), record_ordinal
   * and delivered_at.
   */
  typedFile: string;
  /** How many record_ordinals the file has taken, from the one that it was given on. */
  ordinals: number;
  /** Data records of the file. */
  records: number;
  quarantined: QuarantinedRecord[];
  /** record_ordinals of records that have no `fault` and must not go on all the same. */
  misfits: number[];
}

export interface ScanOptions {
  typedFile: string;
  /** record_ordinal of the file's first record. */
  firstOrdinal: number;
  /** The instant that no epoch in the data may lie behind; undated deliveries came then. */
  runStart: Date;
}

/**
 * Reads a file once, types every field by the source's declaration and writes what came of it as
 * Parquet: good records with their values, the others with what is wrong with them.
 *
 * @returns with what a person should know although the run goes on
 * @throws MarqueeError (input) for a file that is not what its name says
 */
export async function scanFile(
  session: Session,
  source: Source,
  file: FoundFile,
  options: ScanOptions,
): Promise<{ scan: Scan; warnings: string[] }> {
  const { layout } = file;
  if (layout.kind === "delimited") {
    const fields = layout.fields.map(({ name, column, flag }) => ({
      name,
      column: source.columns.find((candidate) => candidate.name === column),
      flag,
    }));
    const lines = { ...layout, fields, header: false };
    return told(file, await scanLines(session, source, file, lines, options), []);
  }

  const header = await readHeader(source, file);
  const warnings =
    header.unknown.length === 0
      ? []
      : [`${file.path}: read past unknown columns ${header.unknown.join(", ")}`];
  if (await holdsQuote(file.path)) {
    return told(file, await scanQuoted(session, source, file, header, options), warnings);
  }
  const fields = header.fields.map((column) => ({ name: column?.name ?? "", column, flag: false }));
  const encodings = ["utf-8"] as const;
  const lines = { delimiter: ",", encodings, fields, absorbs: undefined, header: true };
  return told(file, await scanLines(session, source, file, lines, options), warnings);
}

function told(file: FoundFile, scan: Scan, warnings: string[]): { scan: Scan; warnings: string[] } {
  if (scan.records > 0) return { scan, warnings };
  return { scan, warnings: [...warnings, `${file.path} holds no record: its tables are empty`] };
}

/** Without a quote in it, a CSV file's lines are its records: nothing more need be known of it. */
async function holdsQuote(file: string): Promise<boolean> {
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    const buffer = Buffer.allocUnsafe(1 << 20);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return false;
      if (buffer.subarray(0, bytesRead).includes('"')) return true;
    }
  } finally {
    await handle.close();
  }
}
