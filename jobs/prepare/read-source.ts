import path from "node:path";

import type { Source } from "../../sql/catalog/types.ts";
import type { Session } from "../duckdb.ts";
import { expectBalance, type SourceAccount } from "./account.ts";
import type { FoundFile } from "./find.ts";
import { readHeader } from "./header.ts";
import { type QuarantinedRecord, quarantinedRecords } from "./quarantine.ts";
import { registerLiterals, type Scan, scanFile } from "./scan.ts";
import { createRawView } from "./supersede.ts";

export interface SourceReading {
  account: SourceAccount;
  quarantined: { file: string; records: QuarantinedRecord[] }[];
  /** What a person should know although the run goes on. */
  warnings: string[];
}

/**
 * Reads a source's files into the view raw.<source>, which its staging tables select from: typed,
 * one record a key, without the faulty ones.
 *
 * @param typedFolder where the typed records are kept as Parquet while the session lasts
 * @param runStart no epoch in the data may lie behind it
 * @throws MarqueeError (input) for a file that is not what its name says
 */
export async function readSource(
  session: Session,
  source: Source,
  files: readonly FoundFile[],
  { typedFolder, runStart }: { typedFolder: string; runStart: Date },
): Promise<SourceReading> {
  const reading: Omit<SourceReading, "account"> = { quarantined: [], warnings: [] };
  const scans: Scan[] = [];
  registerLiterals(session, source);

  for (const [index, file] of files.entries()) {
    const header = await readHeader(source, file);
    if (header.unknown.length > 0) {
      reading.warnings.push(`${file.path}: read past unknown columns ${header.unknown.join(", ")}`);
    }
    const scan = await scanFile(session, source, file, header, {
      typedFile: path.join(typedFolder, `${source.name}-${index}.parquet`),
      firstOrdinal: scans.reduce((next, { wellFormed }) => next + wellFormed, 1),
      runStart: Math.floor(runStart.getTime() / 1000),
    });
    if (scan.wellFormed + scan.malformed === 0) {
      reading.warnings.push(`${file.path} holds a header and no record: its tables are empty`);
    }
    reading.quarantined.push({ file: file.path, records: await quarantinedRecords(session, scan) });
    scans.push(scan);
  }

  const faulty = reading.quarantined.flatMap(({ records }) => records);
  const misfits = faulty.flatMap(({ ordinal }) => (ordinal === undefined ? [] : [ordinal]));
  const { kept, superseded } = await createRawView(session, source, scans, misfits);
  const account: SourceAccount = {
    source: source.name,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    read: scans.reduce((sum, scan) => sum + scan.wellFormed + scan.malformed, 0),
    kept,
    superseded,
    quarantined: faulty.length,
    outsideMonths: 0,
  };
  expectBalance(account);
  return { account, ...reading };
}
