import { recordOrdinal } from "../../sql/catalog/source.ts";
import { quoted } from "../duckdb.ts";

/** Where a file's typed records are. */
export interface TypedFile {
  /**
   * Parquet in the order of the file: the source's columns, `fault` (code, reason and record, or
   * NULL) and delivered_at.
   */
  path: string;
  /** Rows before the first data record: 1 for a header that was read as a line. */
  leadingRows: number;
  /** record_ordinal of the first data record. */
  firstOrdinal: number;
}

/**
 * A file's typed data records as a SQL relation, with record_ordinal. That is the row's place in the
 * Parquet file: to number records while they are read would put the reader on one thread.
 */
export function typedRecords({ path, leadingRows, firstOrdinal }: TypedFile): string {
  return `(
    select * exclude (file_row_number),
        file_row_number + ${firstOrdinal - leadingRows} as ${recordOrdinal}
    from read_parquet(${quoted(path)}, file_row_number = true)
    where file_row_number >= ${leadingRows})`;
}
