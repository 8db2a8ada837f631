import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBScalarFunction,
  type DuckDBValue,
} from "@duckdb/node-api";

import { MarqueeError } from "../errors.ts";

/** What DuckDB keeps in memory before it spills to disk; Node itself takes some 150 MB beside it. */
const memoryLimit = "1GB";

export interface SessionOptions {
  /** Statements of sql/macros. */
  macros: readonly string[];
  /** Where DuckDB spills what does not fit in memory. */
  spillFolder: string;
}

/**
 * One DuckDB inside this process, set up so that the same SQL gives the same result on any
 * machine: UTC, no extension fetched from anywhere, order of records kept.
 */
export class Session {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open({ macros, spillFolder }: SessionOptions): Promise<Session> {
    const instance = await DuckDBInstance.create(":memory:", {
      memory_limit: memoryLimit,
      temp_directory: spillFolder,
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      preserve_insertion_order: "true",
      // A file that is written anew under its name must not be read from memory as it was.
      enable_external_file_cache: "false",
    });
    const connection = await instance.connect();
    const session = new Session(instance, connection);
    await session.run("set TimeZone = 'UTC'");
    for (const macro of macros) await session.run(macro);
    return session;
  }

  /** Runs statements; gives the number of rows that the last one wrote. */
  async run(sql: string, values?: Record<string, DuckDBValue>): Promise<number> {
    const result = await this.#connection.run(sql, values).catch(throwClearly);
    return result.rowsChanged;
  }

  /** Rows as objects: BIGINT as bigint, dates and instants as DuckDB's own values. */
  async rows(sql: string): Promise<Record<string, unknown>[]> {
    const reader = await this.#connection.runAndReadAll(sql).catch(throwClearly);
    return reader.getRowObjectsJS();
  }

  /** Rows as arrays in the order of the columns. */
  async table(sql: string): Promise<unknown[][]> {
    const reader = await this.#connection.runAndReadAll(sql).catch(throwClearly);
    return reader.getRowsJS();
  }

  /** The single whole number that a query gives. */
  async number(sql: string): Promise<number> {
    return Number((await this.table(sql))[0]?.[0] ?? 0);
  }

  /** The database keeps a copy; the handle itself would keep the process from ending. */
  register(scalarFunction: DuckDBScalarFunction): void {
    this.#connection.registerScalarFunction(scalarFunction);
    scalarFunction.destroySync();
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

/** A full disk is no fault of the SQL or the file at hand, wherever it is met. */
function throwClearly(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  if (!/no space left|not enough space|ENOSPC/i.test(message)) throw error;
  throw new MarqueeError({
    reason: "lake",
    what: "the disk is full",
    next: "Make room and run again; what was published before is intact",
    cause: error,
  });
}

/** A text as a SQL literal of DuckDB. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
