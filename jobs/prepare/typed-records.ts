import { deliveredAt, recordOrdinal } from "../../sql/catalog/source.ts";
import { quoted } from "../duckdb.ts";
import { unread } from "./plain-select.ts";

/** Where a file's typed records are. */
export interface TypedFile {
  /**
   * Parquet in the order of the file: the source's columns, and `fault` (code, reason and record, or
   * NULL); or instead of it, where plain records were read first, `unread`.
   */
  path: string;
  /** The same of the records that are not plain, with file_row_number, their row in the file above. */
  notPlain: string | undefined;
  /** Rows before the first data record: 1 for a header that was read as a line. */
  leadingRows: number;
  /** record_ordinal of the first data record. */
  firstOrdinal: number;
  /** The instant for which the file's delivery stands. */
  delivered: Date;
}

const faultType = "STRUCT(code VARCHAR, reason VARCHAR, record VARCHAR)";

/**
 * A file's typed data records as a SQL relation, with record_ordinal and delivered_at. The ordinal is
 * the row's place in the Parquet file: to number records while they are read would put the reader on
 * one thread.
 */
export function typedRecords(typed: TypedFile): string {
  const { path, notPlain, leadingRows, firstOrdinal, delivered } = typed;
  const parts =
    notPlain === undefined
      ? [`select * from read_parquet(${quoted(path)}, file_row_number = true)`]
      : [
          `select * exclude (${unread}), null::${faultType} as fault
           from read_parquet(${quoted(path)}, file_row_number = true) where ${unread} is null`,
          `select * from read_parquet(${quoted(notPlain)})`,
        ];
  return `(
    select * exclude (file_row_number),
        file_row_number + ${firstOrdinal - leadingRows} as ${recordOrdinal},
        to_timestamp(${delivered.getTime() / 1000}) as ${deliveredAt}
    from (${parts.join(" union all by name ")})
    where file_row_number >= ${leadingRows})`;
}
