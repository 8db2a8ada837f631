import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBScalarFunction,
  type DuckDBValue,
} from "@duckdb/node-api";

import { MarqueeError, messageOf } from "../errors.ts";

/**
 * What DuckDB keeps in memory before it spills to disk; Node itself takes some 150 MB beside it. The
 * films that three million users like best take more than 1 GB, and cannot be spilt.
 */
export const memoryLimit = "2GB";

/** How many statements run at once where they are independent: more would share the same memory. */
const lanesAtOnce = 2;

export interface SessionOptions {
  /** Statements of sql/macros. */
  macros: readonly string[];
  /** Where DuckDB spills what does not fit in memory. */
  spillFolder: string;
  /** Once aborted, ends the statement that runs and lets none begin. */
  stop?: AbortSignal | undefined;
}

/** How often a stopped session interrupts: a statement that is about to begin forgets it once. */
const interruptMilliseconds = 20;

/**
 * One DuckDB inside this process, set up so that the same SQL gives the same result on any
 * machine: UTC, no extension fetched from anywhere, order of records kept.
 */
export class Session {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #stop: AbortSignal | undefined;
  #interrupting: NodeJS.Timeout | undefined;
  #running = 0;
  #closesLater = false;

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    stop: AbortSignal | undefined,
  ) {
    this.#instance = instance;
    this.#connection = connection;
    this.#stop = stop;
    stop?.addEventListener("abort", this.#interrupt, { once: true });
  }

  static async open({ macros, spillFolder, stop }: SessionOptions): Promise<Session> {
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
    const session = new Session(instance, connection, stop);
    await session.run("set TimeZone = 'UTC'");
    for (const macro of macros) await session.run(macro);
    return session;
  }

  /**
   * Works through a list with several connections to the same database, which see the same tables:
   * for statements that one core would be busy with.
   */
  async sideBySide<T>(
    items: readonly T[],
    work: (session: Session, item: T) => Promise<void>,
  ): Promise<void> {
    const waiting = [...items];
    const lanes = Array.from({ length: Math.min(lanesAtOnce, items.length) }, async () => {
      const connection = await this.#instance.connect();
      const session = new Session(this.#instance, connection, this.#stop);
      try {
        await session.run("set TimeZone = 'UTC'");
        for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
          await work(session, item);
        }
      } finally {
        // The others need not begin what will be thrown away.
        waiting.length = 0;
        session.#leave();
      }
    });
    const ended = await Promise.allSettled(lanes);
    const failed = ended.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** Runs statements; gives the number of rows that the last one wrote. */
  async run(sql: string, values?: Record<string, DuckDBValue>): Promise<number> {
    const result = await this.#ended(() => this.#connection.run(sql, values));
    return result.rowsChanged;
  }

  /** Rows as objects: BIGINT as bigint, dates and instants as DuckDB's own values. */
  async rows(sql: string): Promise<Record<string, unknown>[]> {
    const reader = await this.#ended(() => this.#connection.runAndReadAll(sql));
    return reader.getRowObjectsJS();
  }

  /** Rows as arrays in the order of the columns. */
  async table(sql: string): Promise<unknown[][]> {
    const reader = await this.#ended(() => this.#connection.runAndReadAll(sql));
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

  /** Closes at once, or when the statement has ended that a stopped run does not wait for. */
  close(): void {
    this.#closesLater = this.#running > 0;
    if (this.#closesLater) return;
    this.#leave();
    this.#instance.closeSync();
  }

  #leave(): void {
    this.#stop?.removeEventListener("abort", this.#interrupt);
    clearInterval(this.#interrupting);
    this.#connection.closeSync();
  }

  readonly #interrupt = (): void => {
    const again = (): void => {
      this.#connection.interrupt();
    };
    again();
    this.#interrupting = setInterval(again, interruptMilliseconds).unref();
  };

  /** What a statement gives, or the reason of `stop`. */
  async #ended<T>(statement: () => Promise<T>): Promise<T> {
    this.#stop?.throwIfAborted();
    this.#running++;
    try {
      return await statement().catch(throwClearly);
    } catch (error) {
      this.#stop?.throwIfAborted();
      throw error;
    } finally {
      this.#running--;
      if (this.#closesLater) this.close();
    }
  }
}

/** A full disk is no fault of the SQL or the file at hand, wherever it is met. */
function throwClearly(error: unknown): never {
  const message = messageOf(error);
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
