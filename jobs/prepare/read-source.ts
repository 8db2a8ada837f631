import path from "node:path";

import type { Source } from "../../sql/catalog/types.ts";
import type { Session } from "../duckdb.ts";
import type { Months } from "../months.ts";
import { expectBalance, type SourceAccount } from "./account.ts";
import { holdContest } from "./contest.ts";
import type { FoundFile } from "./find.ts";
import { registerLiterals } from "./literal-functions.ts";
import type { QuarantinedRecord } from "./quarantine.ts";
import { type Scan, scanFile } from "./scan.ts";

export interface SourceReading {
  account: SourceAccount;
  /** Records of earlier deliveries whose place was taken. */
  replaced: number;
  /** The highest record_ordinal, and how many rows of no record stand ahead of the first file's first. */
  ordinals: { highest: number; ahead: number };
  quarantined: { file: string; records: QuarantinedRecord[] }[];
  /** What a person should know although the run goes on. */
  warnings: string[];
}

export interface ReadOptions {
  /** Where the typed records are kept as Parquet while the session lasts. */
  typedFolder: string;
  /** No epoch in the data may lie behind it. */
  runStart: Date;
  /** When files were delivered that lie in no dated folder: at the run's start if nothing is said. */
  delivered?: Date | undefined;
  /** Only records of these months are taken, where the source has months. */
  months?: Months | undefined;
  /** A relation with the records that earlier deliveries left, one a key. */
  base?: string | undefined;
}

/**
 * Reads a source's files into the view raw.<source>: typed, one record a key, without the faulty ones
 * and without those that earlier deliveries are ahead of.
 *
 * @throws MarqueeError (input) for a file that is not what its name says
 */
export async function readSource(
  session: Session,
  source: Source,
  files: readonly FoundFile[],
  { typedFolder, runStart, delivered, months, base }: ReadOptions,
): Promise<SourceReading> {
  const reading: Pick<SourceReading, "quarantined" | "warnings"> = {
    quarantined: [],
    warnings: [],
  };
  const scans: Scan[] = [];
  registerLiterals(session, source);

  for (const [index, file] of files.entries()) {
    const { scan, warnings } = await scanFile(session, source, file, {
      typedFile: path.join(typedFolder, `${source.name}-${index}.parquet`),
      firstOrdinal: scans.reduce((next, { ordinals }) => next + ordinals, 1),
      runStart,
      delivered,
    });
    reading.warnings.push(...warnings);
    reading.quarantined.push({ file: file.path, records: scan.quarantined });
    scans.push(scan);
  }

  const outcome = await holdContest(session, source, { scans, months, base });
  const { kept, superseded, outsideMonths, replaced } = outcome;
  const account: SourceAccount = {
    source: source.name,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    read: scans.reduce((sum, scan) => sum + scan.records, 0),
    kept,
    superseded,
    quarantined: scans.reduce((sum, scan) => sum + scan.quarantined.length, 0),
    outsideMonths,
  };
  expectBalance(account);
  const ordinals = {
    highest: scans.reduce((sum, scan) => sum + scan.ordinals, 0),
    ahead: scans[0]?.typed.leadingRows ?? 0,
  };
  return { account, replaced, ordinals, ...reading };
}
