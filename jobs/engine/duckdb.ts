import type { Table } from "../../sql/catalog/types.ts";
import { quoted, type Session } from "../duckdb.ts";
import type { Change } from "../lake/state.ts";
import {
  changedRows,
  type MadeTable,
  showTable,
  tableFiles,
  writeTable,
} from "../lake/table-files.ts";
import { isBelow, isSame, neighbouringKeys } from "../prepare/contested-keys.ts";
import type { Engine, KeySlice, Question, Slice } from "./engine.ts";

/** Below this many rows there is nothing to be gained by asking for the order of the rows first. */
const manyRows = 1_000_000;

/** The engine in this process. */
export class DuckDBEngine implements Engine {
  readonly name = "duckdb";
  readonly makesSlices = true;
  readonly #session: Session;
  readonly #work: string;

  constructor(session: Session, work: string) {
    this.#session = session;
    this.#work = work;
  }

  /** It starts at once, so it does each thing when it is asked. */
  async announce(): Promise<void> {
    return Promise.resolve();
  }

  async make(table: Table): Promise<MadeTable> {
    return writeTable(this.#session, this.#work, table);
  }

  async makeSlice(table: Table, slice: KeySlice, publishedRoot: string): Promise<MadeTable> {
    const { by } = slice;
    await this.#whileSliced(slice, async () => {
      await this.#session.run(`create or replace temp table made_anew as ${table.select ?? ""}`);
    });
    return writeTable(
      this.#session,
      this.#work,
      table,
      `select * from read_parquet(${tableFiles(publishedRoot, table)}) as old
       anti join (select distinct "${by}" from ${this.#changed(slice)}) as come using ("${by}")
       union all by name select * from made_anew`,
    );
  }

  async compare(table: Table, publishedRoot: string): Promise<Change> {
    const old = `read_parquet(${tableFiles(publishedRoot, table)})`;
    const gone = await this.#session.number(
      `select count(*) from (select * from ${old} except all select * from ${table.id})`,
    );
    if (gone > 0) return "any";
    const grownBy = await this.#session.number(
      `select (select count(*) from ${table.id}) - (select count(*) from ${old})`,
    );
    return grownBy === 0 ? "same" : "grown";
  }

  async show(tables: readonly Table[]): Promise<void> {
    for (const table of tables) await showTable(this.#session, this.#work, table);
  }

  /** Queries end with their session. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  async countFailingRows({ table, check, query, slice }: Question): Promise<number> {
    if (slice !== undefined) {
      return this.#whileSliced(slice, () => this.#session.number(query));
    }
    if (
      check.check === "unique" &&
      !check.nullSafe &&
      (await this.#ascends(table, check.columns))
    ) {
      return 0;
    }
    return this.#session.number(query);
  }

  /** Keys that ascend from row to row are unique: one scan says so, where grouping takes far longer. */
  async #ascends(table: Table, columns: readonly string[]): Promise<boolean> {
    const rows = await this.#session.number(`select count(*) from ${table.id}`);
    if (rows < manyRows) return false;
    const filled = columns.map((column) => `"${column}" is not null`).join(" and ");
    const stays = `${isBelow(columns)} or (${isSame(columns)})`;
    const neighbours = neighbouringKeys(`${table.id} where ${filled}`, columns);
    return (
      (await this.#session.number(`select count(*) from (${neighbours}) where ${stays}`)) === 0
    );
  }

  /** Lets SELECTs find a slice under the name of the whole table for a while. */
  async #whileSliced<T>(slice: Slice, work: () => Promise<T>): Promise<T> {
    const { of, by } = slice;
    const come = this.#changed(slice);
    const whole = `read_parquet(${tableFiles(this.#work, of)})`;
    const rows =
      by === undefined ? come : `${whole} as whole semi join ${come} as come using ("${by}")`;
    await this.#session.run(`create or replace view ${of.id} as select * from ${rows}`);
    try {
      return await work();
    } finally {
      await showTable(this.#session, this.#work, of);
    }
  }

  #changed({ of }: Slice): string {
    return `read_parquet(${quoted(changedRows(this.#work, of))})`;
  }
}
