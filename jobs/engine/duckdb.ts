import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import type { Table } from "../../sql/catalog/types.ts";
import { quoted, type Session } from "../duckdb.ts";
import type { Engine, MadeTable } from "./engine.ts";

/** The engine in this process. */
export class DuckDBEngine implements Engine {
  readonly name = "duckdb";
  readonly #session: Session;
  readonly #work: string;

  constructor(session: Session, work: string) {
    this.#session = session;
    this.#work = work;
  }

  async make(table: Table): Promise<MadeTable> {
    const start = performance.now();
    const folder = tableFolder(this.#work, table);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const rows = await this.#session
      .run(
        `copy (${storedSelect(table)}) to ${quoted(path.join(folder, "part-0.parquet"))} (format parquet, compression zstd)`,
      )
      .catch((error: unknown) => {
        throw modelFault(table, error);
      });
    await this.show([table]);
    const seconds = (performance.now() - start) / 1000;
    return { table, rows, bytes: await bytesOf(folder), seconds };
  }

  async show(tables: readonly Table[]): Promise<void> {
    for (const table of tables) {
      const files = quoted(path.join(tableFolder(this.#work, table), "*.parquet"));
      await this.#session.run(`create schema if not exists ${table.layer}`);
      await this.#session.run(
        `create or replace view ${table.id} as select * from read_parquet(${files})`,
      );
    }
  }

  async countFailingRows(query: string): Promise<number> {
    return this.#session.number(query);
  }
}

export function tableFolder(root: string, table: Table): string {
  return path.join(root, table.layer, table.name);
}

/** Bytes of the files in a folder. */
export async function bytesOf(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(path.join(folder, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * What a layer's files hold, decided here for each layer. Staging keeps the order of its source,
 * since sorting 26 million ratings buys nothing; answers lie in the order in which they are read.
 */
function storedSelect(table: Table): string {
  if (table.layer === "staging") return table.select ?? "";
  const order = [...new Set([...table.cluster, ...table.key])];
  const keys = order.map((column) => `"${column}" asc nulls last`).join(", ");
  return `select * from (${table.select ?? ""}) order by ${keys}`;
}

function modelFault(table: Table, error: unknown): MarqueeError {
  const message = error instanceof Error ? error.message : String(error);
  const full = /No space left|ENOSPC/i.test(message);
  return new MarqueeError({
    reason: full ? "lake" : "catalog",
    what: `sql/${table.selectFile ?? table.file}: ${table.id} cannot be made: ${message.split("\n")[0] ?? ""}`,
    next: full
      ? "Make room on the disk and run again"
      : "Mend the SELECT; what was published before is intact",
    cause: error,
  });
}
