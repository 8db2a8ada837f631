import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import { createTable } from "../../sql/catalog/bind.ts";
import { layers, type Table } from "../../sql/catalog/types.ts";
import { quoted, type Session } from "../duckdb.ts";
import { damaged } from "../lake/damage.ts";
import {
  bytesOf,
  changedRows,
  type MadeTable,
  tableFiles,
  tableFolder,
} from "../lake/table-files.ts";

export const warehouseName = "warehouse.duckdb";

/** A version's warehouse file, open to be written. */
export interface Warehouse {
  /**
   * Loads tables, replacing those of the same name: real tables with their declared types and their
   * descriptions as comments, so that the file alone is enough, wherever it is moved to.
   *
   * @param how tables that are `sliced` stand in the file already, but for the rows of a merge
   */
  load(tables: readonly Table[], how?: Loading): Promise<MadeTable[]>;

  /** Drops what is none of these tables. */
  keepOnly(tables: readonly Table[]): Promise<void>;
}

export interface Loading {
  tick?: (what: string) => void;
  sliced?: ReadonlySet<string>;
}

/**
 * Opens a version's warehouse file, which is made where there is none, and closes it with all on disk.
 *
 * @param root the version's folder, which holds the tables' Parquet files
 */
export async function writeWarehouse<T>(
  session: Session,
  root: string,
  work: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  const file = path.join(root, warehouseName);
  await session.run(`attach ${quoted(file)} as warehouse`).catch((error: unknown) => {
    throw error instanceof MarqueeError ? error : damaged(file, error);
  });
  try {
    const result = await work({
      load: (tables, how) => loadAll(session, root, tables, how ?? {}),
      keepOnly: (tables) => dropOthers(session, tables),
    });
    // Once, when all is in: it looks at every table, also at those that nobody has touched since.
    await session.run("checkpoint warehouse");
    return result;
  } finally {
    await session.run("detach warehouse");
  }
}

async function dropOthers(session: Session, tables: readonly Table[]): Promise<void> {
  const found = await session.rows(
    `select schema_name || '.' || table_name as id from duckdb_tables()
     where database_name = 'warehouse'`,
  );
  const others = found
    .map(({ id }) => String(id))
    .filter((id) => !tables.some((one) => one.id === id));
  for (const id of others) await session.run(`drop table warehouse.${id}`);
}

async function loadAll(
  session: Session,
  root: string,
  tables: readonly Table[],
  { tick, sliced }: Loading,
): Promise<MadeTable[]> {
  // One transaction: without it, every comment would wait for the disk by itself.
  await session.run("begin");
  try {
    for (const layer of layers) await session.run(`create schema if not exists warehouse.${layer}`);
    const loaded: MadeTable[] = [];
    for (const table of tables) {
      tick?.(table.id);
      const start = performance.now();
      const isSliced = sliced?.has(table.id) ?? false;
      const rows = await (isSliced ? exchange(session, root, table) : load(session, root, table));
      const bytes = await bytesOf(tableFolder(root, table));
      loaded.push({ table, rows, bytes, seconds: (performance.now() - start) / 1000 });
    }
    await session.run("commit");
    return loaded;
  } catch (error) {
    await session.run("rollback").catch(() => undefined);
    throw error;
  }
}

/** Puts the rows of a merge in the place of those with their keys. */
async function exchange(session: Session, root: string, table: Table): Promise<number> {
  const name = `warehouse.${table.id}`;
  const come = `read_parquet(${quoted(changedRows(root, table))})`;
  const key = table.key.map((column) => `"${column}"`).join(", ");
  const columns = table.columns.map((column) => `"${column.name}"`).join(", ");
  await session.run(
    `delete from ${name} where rowid in (
       select kept.rowid from ${name} as kept semi join ${come} as come using (${key}))`,
  );
  await session.run(`insert into ${name} (${columns}) select ${columns} from ${come}`);
  return session.number(`select count(*) from ${name}`);
}

async function load(session: Session, root: string, table: Table): Promise<number> {
  const name = `warehouse.${table.id}`;
  const files = tableFiles(root, table);
  const columns = table.columns.map((column) => `"${column.name}"`).join(", ");
  await session.run(`drop table if exists ${name}; ${createTable(name, table)}`);
  const rows = await session.run(
    `insert into ${name} select ${columns} from read_parquet(${files})`,
  );
  await session.run(`comment on table ${name} is ${quoted(`${table.question} (${table.grain})`)}`);
  for (const column of table.columns) {
    const unit = column.unit === undefined ? "" : ` [${column.unit}]`;
    await session.run(
      `comment on column ${name}."${column.name}" is ${quoted(column.description + unit)}`,
    );
  }
  return rows;
}
