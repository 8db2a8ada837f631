import type { Table } from "../../sql/catalog/types.ts";
import type { Session } from "../duckdb.ts";
import { type MadeTable, showTable, writeTable } from "../lake/table-files.ts";
import type { Engine } from "./engine.ts";

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
    return writeTable(this.#session, this.#work, table);
  }

  async show(tables: readonly Table[]): Promise<void> {
    for (const table of tables) await showTable(this.#session, this.#work, table);
  }

  async countFailingRows(query: string): Promise<number> {
    return this.#session.number(query);
  }
}
