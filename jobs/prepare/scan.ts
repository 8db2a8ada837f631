import { open } from "node:fs/promises";

import { MarqueeError } from "../../errors.ts";
import type { DelimitedLayout, Source } from "../../sql/catalog/types.ts";
import type { Session } from "../duckdb.ts";
import { type FoundFile, unreadable } from "./find.ts";
import { readHeader } from "./header.ts";
import type { QuarantinedRecord } from "./quarantine.ts";
import { type Lines, scanLines } from "./scan-lines.ts";
import { scanQuoted } from "./scan-quoted.ts";
import type { TypedFile } from "./typed-records.ts";

/** One file, read and typed once. */
export interface Scan {
  typed: TypedFile;
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
  /** The instant that no epoch in the data may lie behind. */
  runStart: Date;
  /** When undated files were delivered; at the run's start, if nothing is said. */
  delivered: Date | undefined;
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
  if (file.bytes === 0) {
    throw new MarqueeError({
      reason: "input",
      what: `${file.path} is empty`,
      next: `Put the whole file there, or take it away to run without ${source.name}`,
    });
  }
  expectPastDelivery(file, options.runStart);
  const warnings: string[] = [];
  const scan =
    file.layout.kind === "csv"
      ? await scanCsv(session, source, file, options, warnings)
      : await scanLines(session, source, file, linesOf(source, file.layout), options);
  if (scan.records === 0) {
    const what = file.layout.kind === "csv" ? "a header and no record" : "no record";
    warnings.push(`${file.path} holds ${what}: its tables are empty`);
  }
  return { scan, warnings };
}

/** The instant for which a file's delivery stands. */
export function deliveredOn({ delivery }: FoundFile, { delivered, runStart }: ScanOptions): Date {
  return delivery.date ?? delivered ?? runStart;
}

/** A delivery of the future would win over all that come until then. */
function expectPastDelivery({ delivery: { date, folder } }: FoundFile, runStart: Date): void {
  // Somewhere on earth it is tomorrow already.
  const latest = runStart.getTime() + 24 * 3600 * 1000;
  if (date === undefined || date.getTime() <= latest) return;
  throw new MarqueeError({
    reason: "input",
    what: `${folder} is named by a day that has not come yet`,
    next: "Name a delivery's folder by the day on which it came",
  });
}

function linesOf(source: Source, layout: DelimitedLayout): Lines {
  const fields = layout.fields.map(({ name, column, flag }) => ({
    name,
    column: source.columns.find((candidate) => candidate.name === column),
    flag,
  }));
  return { ...layout, fields, header: false };
}

async function scanCsv(
  session: Session,
  source: Source,
  file: FoundFile,
  options: ScanOptions,
  warnings: string[],
): Promise<Scan> {
  const header = await readHeader(source, file);
  if (header.unknown.length > 0) {
    warnings.push(`${file.path}: read past unknown columns ${header.unknown.join(", ")}`);
  }
  if (await holdsQuote(file.path)) return scanQuoted(session, source, file, header, options);
  const lines = {
    delimiter: ",",
    encodings: ["utf-8"] as const,
    fields: header.fields.map((column) => ({ name: column?.name ?? "", column, flag: false })),
    absorbs: undefined,
    header: true,
  };
  return scanLines(session, source, file, lines, options);
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
