import { MarqueeError } from "../../errors.ts";
import { recordOrdinal } from "../../sql/catalog/source.ts";
import type { Session } from "../duckdb.ts";
import type { FoundFile } from "./find.ts";
import { type TypedFile, typedRecords } from "./typed-records.ts";

/** A record that could not be typed, whole and as it was received. */
export interface QuarantinedRecord {
  recordNumber: number;
  reasonCode: string;
  reason: string;
  record: string;
}

/** A file of which more than this share is faults is the wrong file, not a dirty one. */
const largestShare = 0.5;
/** Above this many nobody reads them, and they would not fit in memory. */
const largestNumber = 100_000;

/** A record that was split into fields, of which one does not fit. */
export interface UntypedRecord {
  ordinal: number;
  code: string;
  reason: string;
  /** The record as it was received, where the scan has kept it. */
  record: string | undefined;
}

/**
 * The records of a scanned file that have a fault, in the order of the file.
 *
 * @param scanned `records` is how many the file has, `malformed` how many are faulty beside these
 * @throws MarqueeError (input) where more than half of the records are faults
 */
export async function untypedRecords(
  session: Session,
  scanned: { file: FoundFile; typed: TypedFile; records: number; malformed?: number },
): Promise<UntypedRecord[]> {
  const { typed, malformed = 0 } = scanned;
  // Counted first: a file that is all faults must not be drawn into this process.
  const count = await session.number(
    `select count(*) from ${typedRecords(typed)} where fault is not null`,
  );
  const [first] = count === 0 ? [] : await firstFaults(session, typed, 1);
  expectFewFaults(scanned, count + malformed, first?.reason);
  return count === 0 ? [] : firstFaults(session, typed, count);
}

async function firstFaults(
  session: Session,
  typed: TypedFile,
  limit: number,
): Promise<UntypedRecord[]> {
  const rows = await session.rows(`
    select ${recordOrdinal} as ordinal, fault.code as code, fault.reason as reason, fault.record as record
    from ${typedRecords(typed)} where fault is not null
    order by ordinal limit ${limit}`);
  return rows.map(({ ordinal, code, reason, record }) => ({
    ordinal: Number(ordinal),
    code: String(code),
    reason: String(reason),
    record: typeof record === "string" ? record : undefined,
  }));
}

/**
 * Holds the number of a file's faults against what quarantine takes.
 *
 * @throws MarqueeError (input) for too many
 */
export function expectFewFaults(
  { file, records }: { file: FoundFile; records: number },
  faults: number,
  firstReason: string | undefined,
): void {
  if (faults <= Math.min(records * largestShare, largestNumber)) return;
  throw new MarqueeError({
    reason: "input",
    what: `${file.path}: ${faults} of ${records} records cannot be read (the first: ${firstReason ?? "their fields do not fit the header"})`,
    next: `Quarantine takes at most half of a file and ${largestNumber} records: compare the file with the publisher's`,
  });
}
