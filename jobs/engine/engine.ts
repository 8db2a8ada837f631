import type { Check, Table } from "../../sql/catalog/types.ts";
import type { Change } from "../lake/state.ts";
import type { MadeTable } from "../lake/table-files.ts";

/** The rows that a merge has put into a table, or all that have a value of theirs in a column. */
export interface Slice {
  of: Table;
  /** The column; undefined for the rows that came alone. */
  by: string | undefined;
}

/** A slice by a column: whole keys of a table that is made key by key. */
export interface KeySlice extends Slice {
  by: string;
}

/** A promise of a table as an engine is asked about it. */
export interface Question {
  table: Table;
  check: Check;
  /** The promise as a SELECT of one number: the rows that break it. */
  query: string;
  /** The only rows that can have come to break it since it was asked last; undefined for all rows. */
  slice: Slice | undefined;
}

/**
 * Runs models and checks over the Parquet files of a lake's work folder. A table is known to an
 * engine by its id, such as core.movies.
 */
export interface Engine {
  readonly name: string;
  /** Whether it can make a slice of a table; otherwise a merge makes every table anew. */
  readonly makesSlices: boolean;

  /**
   * Is told what will be asked for, in this order, before any of it is: an engine that takes long to
   * start does all of it at once.
   *
   * @param begins is told what is begun
   */
  announce(
    models: readonly Table[],
    questions: readonly Question[],
    begins: (what: string) => void,
  ): Promise<void>;

  /**
   * Runs a table's SELECT and writes what it gives as zstd Parquet to `<work>/<layer>/<table>/`.
   * All that the SELECT reads must have been made or shown before.
   */
  make(table: Table): Promise<MadeTable>;

  /**
   * The same for a merge that has changed the rows of some keys: runs the SELECT over the slice alone,
   * and keeps the rows of all other keys that the published table has, whose files lie below a root.
   */
  makeSlice(table: Table, slice: KeySlice, publishedRoot: string): Promise<MadeTable>;

  /** How a table that was made anew differs from the published one, whose files lie below a root. */
  compare(table: Table, publishedRoot: string): Promise<Change>;

  /** Lets SELECTs read tables that are in the work folder already. */
  show(tables: readonly Table[]): Promise<void>;

  /** Asks how many rows break a promise. */
  countFailingRows(question: Question): Promise<number>;

  /** Waits until nothing is left running of what a signal has stopped. */
  close(): Promise<void>;
}
