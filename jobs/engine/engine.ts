import type { Table } from "../../sql/catalog/types.ts";
import type { MadeTable } from "../lake/table-files.ts";

/**
 * Runs models and checks over the Parquet files of a lake's work folder. A table is known to an
 * engine by its id, such as core.movies.
 */
export interface Engine {
  readonly name: string;

  /**
   * Runs a table's SELECT and writes what it gives as zstd Parquet to `<work>/<layer>/<table>/`.
   * All that the SELECT reads must have been made or shown before.
   */
  make(table: Table): Promise<MadeTable>;

  /** Lets SELECTs read tables that are in the work folder already. */
  show(tables: readonly Table[]): Promise<void>;

  /** Runs a check's SELECT; gives the number of rows that break the promise. */
  countFailingRows(query: string): Promise<number>;
}
