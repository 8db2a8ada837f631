import path from "node:path";

import type { Source } from "../../sql/catalog/types.ts";
import type { Session } from "../duckdb.ts";
import { expectBalance, type SourceAccount } from "./account.ts";
import type { FoundFile } from "./find.ts";
import { registerLiterals } from "./literal-functions.ts";
import type { QuarantinedRecord } from "./quarantine.ts";
import { type Scan, scanFile } from "./scan.ts";
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
    const { scan, warnings } = await scanFile(session, source, file, {
      typedFile: path.join(typedFolder, `${source.name}-${index}.parquet`),
      firstOrdinal: scans.reduce((next, { ordinals }) => next + ordinals, 1),
      runStart,
    });
    reading.warnings.push(...warnings);
    reading.quarantined.push({ file: file.path, records: scan.quarantined });
    scans.push(scan);
  }

  const { kept, superseded } = await createRawView(session, source, scans);
  const account: SourceAccount = {
    source: source.name,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    read: scans.reduce((sum, scan) => sum + scan.records, 0),
    kept,
    superseded,
    quarantined: scans.reduce((sum, scan) => sum + scan.quarantined.length, 0),
    outsideMonths: 0,
  };
  expectBalance(account);
  return { account, ...reading };
}
