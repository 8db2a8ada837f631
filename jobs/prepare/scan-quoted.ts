import { MarqueeError } from "../../errors.ts";
import type { Source, SourceColumn } from "../../sql/catalog/types.ts";
import type { Session } from "../duckdb.ts";
import type { FoundFile } from "./find.ts";
import { type Header, notUtf8 } from "./header.ts";
import { expectFewFaults, type QuarantinedRecord, untypedRecords } from "./quarantine.ts";
import { copyTyped, readCsv } from "./read-csv.ts";
import { deliveredOn, type Scan, type ScanOptions } from "./scan.ts";
import {
  longestRecord,
  recordAt,
  recordTexts,
  someLineEndsWithComma,
  type SurveyedRecord,
  surveyRecords,
} from "./survey.ts";
import type { TypedFile } from "./typed-records.ts";
import { typedSelect } from "./typed-select.ts";

/** What DuckDB made of a CSV file. */
interface Split {
  file: FoundFile;
  /** How many fields a record should have. */
  fields: number;
  firstOrdinal: number;
  /** Records with the right number of fields, typed or not. */
  wellFormed: number;
  /** Records that DuckDB could not split into fields. */
  malformed: number;
}

interface Fault {
  code: string;
  reason: string;
}

/**
 * Scans a CSV file with quotes in it, in which a record may go over several lines. DuckDB splits and
 * types the records; where something is wrong, a walk over the bytes names the faulty ones.
 *
 * @throws MarqueeError (input) for a file that is not UTF-8, whose line ends differ, whose quotes are
 *   broken beyond telling its records apart, or that is mostly faults
 */
export async function scanQuoted(
  session: Session,
  source: Source,
  file: FoundFile,
  header: Header,
  options: ScanOptions,
): Promise<Scan> {
  const { typedFile, firstOrdinal, runStart } = options;
  const columns = header.fields.map((_, index) => `field_${index}`);
  const relation = readCsv(file, {
    delimiter: ",",
    quote: '"',
    header: true,
    columns,
  });
  const texts = new Map<SourceColumn, string>();
  for (const [index, column] of header.fields.entries()) {
    if (column !== undefined) texts.set(column, `field_${index}`);
  }
  const select = typedSelect(
    source,
    {
      relation: `from ${relation}`,
      texts,
      faults: [],
      record: "null::varchar",
      passed: [],
    },
    runStart,
  );
  const { rows, malformed, badEncodingAt } = await copyTyped(session, file, select, typedFile);
  if (badEncodingAt !== undefined) {
    throw notUtf8(file.path, `record ${await recordAt(file.path, badEncodingAt)}`);
  }

  const split = { file, fields: columns.length, firstOrdinal, wellFormed: rows, malformed };
  const typed: TypedFile = {
    path: typedFile,
    notPlain: undefined,
    leadingRows: 0,
    firstOrdinal,
    delivered: deliveredOn(file, options),
  };
  const found = await faultyRecords(session, typed, split);
  return {
    typed,
    ordinals: rows,
    records: rows + malformed,
    quarantined: await asReceived(file, found),
    misfits: found.flatMap(({ ordinal }) => (ordinal === undefined ? [] : [ordinal])),
  };
}

/** In the order of the file; empty for a clean one, at no cost. */
async function faultyRecords(
  session: Session,
  typed: TypedFile,
  split: Split,
): Promise<FoundFault[]> {
  const { file, wellFormed, malformed } = split;
  const records = wellFormed + malformed;
  const untyped = await untypedRecords(session, { file, typed, records, malformed });
  const surplusIsPossible = await someLineEndsWithComma(file.path);
  if (untyped.length === 0 && malformed === 0 && !surplusIsPossible) return [];

  const faults = new Map(untyped.map((record) => [record.ordinal, record]));
  const found = await walk(split, faults);
  expectFewFaults({ file, records }, found.length, found[0]?.fault.reason);
  return found;
}

async function asReceived(
  file: FoundFile,
  found: readonly FoundFault[],
): Promise<QuarantinedRecord[]> {
  const texts = await recordTexts(
    file.path,
    found.map(({ surveyed }) => surveyed),
  );
  return found.map(({ surveyed, fault }, index) => ({
    recordNumber: surveyed.number,
    reasonCode: fault.code,
    reason: fault.reason,
    record: texts[index] ?? "",
  }));
}

interface FoundFault {
  surveyed: SurveyedRecord;
  fault: Fault;
  /** record_ordinal of a record that DuckDB has typed and that is faulty all the same. */
  ordinal: number | undefined;
}

/**
 * Walks over the file and gives every faulty record its number. DuckDB's well-formed records and
 * the walk's are the same in the same order, which is checked by their count.
 */
async function walk(split: Split, untyped: ReadonlyMap<number, Fault>): Promise<FoundFault[]> {
  const { file, fields: expected, firstOrdinal, wellFormed } = split;
  const found: FoundFault[] = [];
  let nextOrdinal = firstOrdinal;
  let malformed = 0;

  await surveyRecords(file.path, expected, (surveyed) => {
    const malformation = malformationOf(surveyed, expected);
    if (malformation !== undefined) {
      found.push({ surveyed, fault: malformation, ordinal: undefined });
      malformed += 1;
    } else {
      const ordinal = nextOrdinal++;
      // DuckDB lets empty fields beyond the last column pass.
      if (surveyed.fields > expected) {
        found.push({ surveyed, fault: fieldCount(surveyed, expected), ordinal });
        return;
      }
      const fault = untyped.get(ordinal);
      if (fault !== undefined) found.push({ surveyed, fault, ordinal: undefined });
    }
  });

  if (malformed !== split.malformed || nextOrdinal !== firstOrdinal + wellFormed) {
    throw new MarqueeError({
      reason: "input",
      what: `${file.path}: its quotes are so broken that records cannot be told apart (${split.malformed} or ${malformed} of them are malformed)`,
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
