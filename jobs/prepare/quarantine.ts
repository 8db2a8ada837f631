import { MarqueeError } from "../../errors.ts";
import { recordOrdinal } from "../../sql/catalog/source.ts";
import { quoted, type Session } from "../duckdb.ts";
import type { Scan } from "./scan.ts";
import {
  longestRecord,
  recordTexts,
  someLineEndsWithComma,
  type SurveyedRecord,
  surveyRecords,
} from "./survey.ts";

/** A record that could not be typed, whole and as it was received. */
export interface QuarantinedRecord {
  recordNumber: number;
  reasonCode: string;
  reason: string;
  record: string;
  /** record_ordinal where the record has one: it must not go on to staging then. */
  ordinal: number | undefined;
}

/** A file of which more than this share is faults is the wrong file, not a dirty one. */
const largestShare = 0.5;
/** Above this many nobody reads them, and they would not fit in memory. */
const largestNumber = 100_000;

interface Fault {
  code: string;
  reason: string;
}

/**
 * Finds the records of a scanned file that could not be typed.
 *
 * @returns in the order of the file; empty for a clean one, at no cost
 * @throws MarqueeError (input) where more than half of the records are faults
 */
export async function quarantinedRecords(
  session: Session,
  scan: Scan,
): Promise<QuarantinedRecord[]> {
  // Counted first: a file that is all faults must not be drawn into this process.
  const { count, first } = await countFaults(session, scan);
  expectFewFaults(scan, count + scan.malformed, first);
  const untyped = count === 0 ? new Map<number, Fault>() : await untypedFaults(session, scan);
  const surplusIsPossible = await someLineEndsWithComma(scan.file.path);
  if (untyped.size === 0 && scan.malformed === 0 && !surplusIsPossible) return [];

  const found = await walk(scan, untyped);
  expectFewFaults(scan, found.length, found[0]?.fault);
  const texts = await recordTexts(
    scan.file.path,
    found.map(({ surveyed }) => surveyed),
  );
  return found.map(({ surveyed, fault, ordinal }, index) => ({
    recordNumber: surveyed.number,
    reasonCode: fault.code,
    reason: fault.reason,
    record: texts[index] ?? "",
    ordinal,
  }));
}

async function countFaults(
  session: Session,
  scan: Scan,
): Promise<{ count: number; first: Fault | undefined }> {
  const file = quoted(scan.typedFile);
  const count = await session.number(
    `select count(*) from read_parquet(${file}) where fault is not null`,
  );
  if (count === 0) return { count, first: undefined };
  const [row] = await session.rows(`
    select fault.code as code, fault.reason as reason
    from read_parquet(${file}) where fault is not null order by ${recordOrdinal} limit 1`);
  return { count, first: { code: String(row?.["code"]), reason: String(row?.["reason"]) } };
}

/** The well-formed records that have a fault, by record_ordinal. */
async function untypedFaults(session: Session, scan: Scan): Promise<Map<number, Fault>> {
  const rows = await session.rows(`
    select ${recordOrdinal} as ordinal, fault.code as code, fault.reason as reason
    from read_parquet(${quoted(scan.typedFile)}) where fault is not null order by ordinal`);
  return new Map(
    rows.map(({ ordinal, code, reason }) => [
      Number(ordinal),
      { code: String(code), reason: String(reason) },
    ]),
  );
}

interface FoundFault {
  surveyed: SurveyedRecord;
  fault: Fault;
  ordinal: number | undefined;
}

/**
 * Walks over the file and gives every faulty record its number. DuckDB's well-formed records and
 * the walk's are the same in the same order, which is checked by their count.
 */
async function walk(scan: Scan, untyped: ReadonlyMap<number, Fault>): Promise<FoundFault[]> {
  const expected = scan.header.fields.length;
  const found: FoundFault[] = [];
  let nextOrdinal = scan.firstOrdinal;
  let malformed = 0;

  await surveyRecords(scan.file.path, expected, (surveyed) => {
    const count = {
      code: "field_count",
      reason: `${surveyed.fields} fields where ${expected} belong`,
    };
    const tooMany = surveyed.fields > expected && surveyed.surplusIsEmpty;
    if (surveyed.end - surveyed.start >= longestRecord) {
      const fault = { code: "too_long", reason: `longer than ${longestRecord} bytes` };
      found.push({ surveyed, fault, ordinal: undefined });
      malformed += 1;
    } else if (surveyed.broken) {
      const fault = {
        code: "broken_quotes",
        reason: "a quoted field does not end where its quote does",
      };
      found.push({ surveyed, fault, ordinal: undefined });
      malformed += 1;
    } else if (surveyed.fields !== expected && !tooMany) {
      found.push({ surveyed, fault: count, ordinal: undefined });
      malformed += 1;
    } else {
      const ordinal = nextOrdinal++;
      const fault = tooMany ? count : untyped.get(ordinal);
      if (fault !== undefined) found.push({ surveyed, fault, ordinal });
    }
  });

  if (malformed !== scan.malformed || nextOrdinal !== scan.firstOrdinal + scan.wellFormed) {
    throw new MarqueeError({
      reason: "input",
      what: `${scan.file.path}: its quotes are so broken that records cannot be told apart (${scan.malformed} or ${malformed} of them are malformed)`,
      next: `Mend the quotes; the first bad record is number ${found[0]?.surveyed.number ?? "unknown"}`,
    });
  }
  return found;
}

function expectFewFaults(scan: Scan, faults: number, first: Fault | undefined): void {
  const records = scan.wellFormed + scan.malformed;
  if (faults <= Math.min(records * largestShare, largestNumber)) return;
  const reason = first === undefined ? "their fields do not fit the header" : first.reason;
  throw new MarqueeError({
    reason: "input",
    what: `${scan.file.path}: ${faults} of ${records} records cannot be read (the first: ${reason})`,
    next: `Quarantine takes at most half of a file and ${largestNumber} records: compare the file with the publisher's`,
  });
}
