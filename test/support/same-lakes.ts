import path from "node:path";

import { expect } from "chai";

import { type LakeState, readState } from "../../jobs/lake/state.ts";
import type { Run } from "../../jobs/run.ts";
import type { Table } from "../../sql/catalog/types.ts";
import { catalog } from "./catalog.ts";
import { expectSameRows, type Row } from "./rows.ts";
import { askAll } from "./warehouse.ts";

interface Seen {
  types: string[];
  rows: Row[];
}

/**
 * Expects two lakes to tell readers the same: every row and type of every table but ops, in the
 * warehouse file and in the Parquet files beside it, since either of them may have been forgotten.
 */
export async function expectSameLakes(actual: string, expected: string): Promise<void> {
  const tables = (await catalog()).tables.filter(({ layer }) => layer !== "ops");
  const wanted = await inWarehouse(expected, tables);
  const found = {
    "the warehouse": await inWarehouse(actual, tables),
    "the Parquet files": await inFiles(actual, tables),
    "the Parquet files of the lake that it is held against": await inFiles(expected, tables),
  };
  expect(await declarations(actual), "declarations").to.deep.equal(await declarations(expected));
  for (const [place, seen] of Object.entries(found)) {
    for (const [index, table] of tables.entries()) {
      expectSame(`${table.id} in ${place}`, seen[index]!, wanted[index]!, table);
    }
  }
}

function expectSame(what: string, actual: Seen, expected: Seen, table: Table): void {
  expect(actual.types, what).to.deep.equal(expected.types);
  const types = table.columns.map(({ type }) => type);
  try {
    expectSameRows(actual.rows, expected.rows, types);
  } catch (error) {
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function inWarehouse(lake: string, tables: readonly Table[]): Promise<Seen[]> {
  return look(
    lake,
    tables.map(({ id }) => id),
  );
}

async function inFiles(lake: string, tables: readonly Table[]): Promise<Seen[]> {
  return look(
    lake,
    tables.map(({ layer, name }) => `'${path.join(lake, layer, name, "*.parquet")}'`),
  );
}

async function look(lake: string, relations: readonly string[]): Promise<Seen[]> {
  const queries = relations.flatMap((relation) => [
    `select column_name || ' ' || column_type from (describe from ${relation})`,
    `select * from ${relation}`,
  ]);
  const answers = await askAll(path.join(lake, "warehouse.duckdb"), queries);
  return relations.map((_, index) => ({
    types: (answers[2 * index] ?? []).map(([type]) => String(type)),
    rows: answers[2 * index + 1] ?? [],
  }));
}

/** What a warehouse says of its tables and columns, beside their types. */
async function declarations(lake: string): Promise<Row[][]> {
  const tables = "select schema_name, table_name, comment from duckdb_tables()";
  const columns =
    "select schema_name, table_name, column_name, is_nullable, comment from duckdb_columns() where not internal";
  const asked = [tables, columns].map((sql) => `select * from (${sql}) order by all`);
  return askAll(path.join(lake, "warehouse.duckdb"), asked);
}

/** What lies beside the tables that readers see: lake.json. */
export async function stateOf(lake: string): Promise<LakeState> {
  return (await readState(path.join(lake, "current", "lake.json")))!;
}

/** Rows that break each promise, by table and name. */
export function brokenPromises({ record }: Run): Record<string, number> {
  return Object.fromEntries(
    record.checks.map(({ table, name, failingRows }) => [`${table} ${name}`, failingRows]),
  );
}

/**
 * Expects the account of all deliveries together to be what the runs said one by one, to balance, and
 * to have kept what the tables hold.
 */
export async function expectSummedAccounts(lake: string, runs: readonly Run[]): Promise<void> {
  const accounts = (await stateOf(lake)).prepared?.accounts ?? [];
  const { tables } = await catalog();
  const oneToOne = tables.filter(({ id }) =>
    accounts.some(({ source }) => oneToOneOf(source) === id),
  );
  const counts = await askAll(
    path.join(lake, "warehouse.duckdb"),
    oneToOne.map(({ id }) => `select count(*) from ${id}`),
  );
  for (const account of accounts) {
    const { source, read, kept, superseded, quarantined, outsideMonths } = account;
    const said = runs.flatMap(({ record }) =>
      record.accounts.filter((one) => one.source === source),
    );
    for (const column of ["read", "quarantined", "outsideMonths", "files", "bytes"] as const) {
      const sum = said.reduce((before, one) => before + one[column], 0);
      expect(account[column], `${column} of ${source}`).to.equal(sum);
    }
    expect(kept + superseded + quarantined + outsideMonths, `account of ${source}`).to.equal(read);
    const place = oneToOne.findIndex(({ id }) => id === oneToOneOf(source));
    if (place !== -1) expect(`${kept}`, `kept of ${source}`).to.equal(counts[place]?.[0]?.[0]);
  }
}

/** The staging table with a row for every record that is kept of a source, if there is one. */
function oneToOneOf(source: string): string {
  return `staging.${source}`;
}
