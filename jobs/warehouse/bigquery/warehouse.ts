import type { Table } from "../../../sql/catalog/types.ts";
import type { Cloud } from "../../cloud/cloud.ts";
import type { Log } from "../../report/log.ts";
import { connect, type Connection, everyRow, type Patience, quotedName } from "./client.ts";
import { expectDeclaredTables } from "./drift.ts";
import { type Files, pointToFiles } from "./external.ts";
import { endJobsOf } from "./killed.ts";
import { type Load, type Loaded, loadTables } from "./load.ts";
import { type Exchange, exchangeFits, exchangeMonths } from "./months.ts";
import { byteCap, dryRun, query, type QueriedRow, rowCount } from "./queries.ts";

/** Which run something is done for. */
export interface RunMark {
  id: string;
  startedAt: Date;
}

/**
 * An environment's tables in BigQuery. Whatever it does can be told from its jobs' names and labels,
 * can be done again, and costs no more than the cap of a query.
 */
export class BigQueryWarehouse {
  readonly #connection: Connection;
  readonly #log: Log;

  /**
   * @param patience with passing faults, for those who cannot wait
   * @param guard is asked before each request that changes something, repeats too, and can forbid it
   *   by failing
   */
  constructor(
    cloud: Cloud,
    run: RunMark,
    log: Log,
    { patience, guard }: { patience?: Partial<Patience>; guard?: () => void } = {},
  ) {
    this.#connection = connect(cloud, run.id, patience, guard);
    this.#log = log;
  }

  /**
   * Sees to it that the tables can be loaded: they are there, in the region and with the columns,
   * partitions and clusters that are declared.
   *
   * @throws MarqueeError (cloud) with the difference and the command that mends it
   */
  preflight(tables: readonly Table[]): Promise<void> {
    return expectDeclaredTables(this.#connection, tables);
  }

  /**
   * Ends jobs that another run has left at work on tables.
   *
   * @returns whether none can be at work any more; false where some are not for this account to see
   * @throws MarqueeError (cloud) where one does not end
   */
  endJobsOf(runId: string, tables: readonly Table[]): Promise<boolean> {
    return endJobsOf(this.#connection, runId, tables, this.#log);
  }

  /**
   * Whether a job of this run may still be at work on a table: nobody has seen its end. A later run ends
   * it by endJobsOf().
   */
  get mayBeAtWork(): boolean {
    return this.#connection.unended.size > 0;
  }

  /**
   * Replaces tables as a whole, each atomically.
   *
   * @param tick is told of a table before it is loaded, and can forbid it by failing
   * @throws MarqueeError (cloud) where a table cannot be loaded: it is as it was then, others may be new
   */
  async load(
    tables: readonly Load[],
    tick: (what: string) => void | Promise<void> = () => undefined,
  ): Promise<Loaded[]> {
    const loaded = await loadTables(this.#connection, tables, tick);
    for (const made of loaded) this.#tell("loaded", made);
    return loaded;
  }

  /** Whether months can be exchanged for what a query may scan; otherwise load the table as a whole. */
  exchangeFits(exchange: Pick<Exchange, "table" | "months" | "rows">): Promise<boolean> {
    return exchangeFits(this.#connection, exchange);
  }

  /**
   * Replaces months of a table that is partitioned by them, atomically.
   *
   * @returns undefined where that would scan too much: nothing has changed then
   */
  async exchangeMonths(exchange: Exchange): Promise<Loaded | undefined> {
    const loaded = await exchangeMonths(this.#connection, exchange);
    if (loaded !== undefined) this.#tell("exchanged months of", loaded);
    return loaded;
  }

  /** Makes the staging tables' files readable where they lie, as TABLE_files. */
  external(files: readonly Files[]): Promise<void> {
    return pointToFiles(this.#connection, files);
  }

  /** Bytes that one query may scan. */
  get scansAtMost(): number {
    return Number(byteCap(this.#connection));
  }

  /** Bytes that a query would scan; nothing is run. */
  dryRun(sql: string): Promise<number> {
    return dryRun(this.#connection, sql, { step: "dry-run", of: undefined });
  }

  /** The rows of a query, or of the last SELECT of a script. */
  query(sql: string, step = "query"): Promise<QueriedRow[]> {
    return query(this.#connection, sql, { step, of: undefined });
  }

  /** Rows of a table, by BigQuery's own records. */
  rowCount(table: Table): Promise<number> {
    return rowCount(this.#connection, table);
  }

  /** What follows FROM in a query for all rows of a table, with the filter that it may require. */
  everyRowOf(table: Table): string {
    return `${quotedName(this.#connection.cloud, table)} WHERE ${everyRow(table)}`;
  }

  #tell(what: string, { table, rows, bytes, seconds }: Loaded): void {
    const measured = { step: "publish", table: table.id, rows, bytes, seconds };
    this.#log.detail(`publish: ${what} ${table.id} in BigQuery`, measured);
  }
}
