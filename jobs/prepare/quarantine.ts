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
  const count = await session.number(
    `select count(*) from read_parquet(${quoted(scan.typedFile)}) where fault is not null`,
  );
  const [first] = count === 0 ? [] : (await untypedFaults(session, scan, 1)).values();
  expectFewFaults(scan, count + scan.malformed, first);
  const untyped =
    count === 0 ? new Map<number, Fault>() : await untypedFaults(session, scan, count);
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

/** The first well-formed records that have a fault, by record_ordinal. */
async function untypedFaults(
  session: Session,
  scan: Scan,
  limit: number,
): Promise<Map<number, Fault>> {
  const rows = await session.rows(`
    select ${recordOrdinal} as ordinal, fault.code as code, fault.reason as reason
    from read_parquet(${quoted(scan.typedFile)}) where fault is not null
    order by ordinal limit ${limit}`);
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
    const malformation = malformationOf(surveyed, expected);
    if (malformation !== undefined) {
      found.push({ surveyed, fault: malformation, ordinal: undefined });
      malformed += 1;
    } else {
      const ordinal = nextOrdinal++;
      // DuckDB lets empty fields beyond the last column pass.
      const fault =
        surveyed.fields > expected ? fieldCount(surveyed, expected) : untyped.get(ordinal);
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

/** Why DuckDB gives a record up; undefined for one that it splits into fields. */
function malformationOf(surveyed: SurveyedRecord, expected: number): Fault | undefined {
  if (surveyed.end - surveyed.start >= longestRecord) {
    return { code: "too_long", reason: `longer than ${longestRecord} bytes` };
  }
  if (surveyed.broken) {
    return { code: "broken_quotes", reason: "a quoted field does not end where its quote does" };
  }
  const splits =
    surveyed.fields === expected || (surveyed.fields > expected && surveyed.surplusIsEmpty);
  return splits ? undefined : fieldCount(surveyed, expected);
}

function fieldCount({ fields }: SurveyedRecord, expected: number): Fault {
  return { code: "field_count", reason: `${fields} fields where ${expected} belong` };
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
