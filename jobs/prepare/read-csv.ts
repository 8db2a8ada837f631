import { MarqueeError, messageOf } from "../../errors.ts";
import { quoted, type Session } from "../duckdb.ts";
import type { FoundFile } from "./find.ts";
import { longestRecord } from "./survey.ts";

/** How DuckDB is to split a file into records and fields, all of them text. */
export interface CsvReading {
  delimiter: string;
  quote: string;
  header: boolean;
  columns: readonly string[];
}

/** The table function that reads a file; what it gives up goes to the table `rejected`. */
export function readCsv(file: FoundFile, reading: CsvReading): string {
  const { delimiter, quote, header, columns } = reading;
  const types = columns.map((column) => `'${column}': 'VARCHAR'`).join(", ");
  // Strict, so that a stray quote spoils one record and not all behind it; nothing is guessed.
  return `read_csv(${quoted(file.path)}, auto_detect=false, header=${header},
    delim=${quoted(delimiter)}, quote=${quoted(quote)}, escape=${quoted(quote)}, strict_mode=true,
    null_padding=false, allow_quoted_nulls=false, store_rejects=true, rejects_limit=0,
    max_line_size=${longestRecord}, rejects_table='rejected', rejects_scan='rejected_scans',
    columns={${types}})`;
}

/** What became of the records that DuckDB gave up. */
export interface Rejections {
  /** A byte of the first record that is not in the file's encoding. */
  badEncodingAt: number | undefined;
  /** Records that could not be split into fields. */
  malformed: number;
}

/**
 * Writes what a SELECT over `readCsv` gives as Parquet, in the order of the file: a record's place
 * there is its number.
 *
 * @returns the rows written, and what was given up
 * @throws MarqueeError (input) for a file whose line ends differ
 */
export async function copyTyped(
  session: Session,
  file: FoundFile,
  select: string,
  typedFile: string,
): Promise<{ rows: number } & Rejections> {
  await session.run("drop table if exists rejected; drop table if exists rejected_scans");
  const rows = await session
    .run(
      `copy (${select}) to ${quoted(typedFile)} (format parquet, compression snappy, preserve_order true)`,
    )
    .catch((error: unknown) => {
      throw scanFault(file, error);
    });
  const [encoding] = await session.rows(
    "select min(byte_position) as position from rejected where error_type = 'INVALID ENCODING'",
  );
  const position = encoding?.["position"];
  return {
    rows,
    badEncodingAt: typeof position === "bigint" ? Number(position) : undefined,
    malformed: await session.number("select count(distinct line) from rejected"),
  };
}

function scanFault({ path }: FoundFile, error: unknown): MarqueeError {
  if (error instanceof MarqueeError) return error;
  const message = messageOf(error);
  const first = message.split("\n")[0] ?? message;
  if (message.includes("invalid state")) {
    return new MarqueeError({
      reason: "input",
      what: `${path} ends its lines in different ways (\\n, \\r\\n, \\r)`,
      next: `Make them alike, for instance: sed 's/\\r$//' ${path} > unix.csv`,
      cause: error,
    });
  }
  return new MarqueeError({
    reason: "input",
    what: `${path} cannot be read: ${first}`,
    next: "Compare it with the publisher's file",
    cause: error,
  });
}
