import type { DuckDBConnection } from "@duckdb/node-api";

import { MarqueeError } from "../../errors.ts";
import { checkQuery } from "./check-query.ts";
import { deliveredAt, recordOrdinal } from "./source.ts";
import { duckdbType, layers, rawDuckdbType, type Source, type Table } from "./types.ts";

/**
 * Holds every SELECT against the declarations: empty tables of the declared types are made, and
 * each SELECT is bound to them without being run.
 *
 * @throws MarqueeError (catalog) with file and line for an unknown column or function, and with
 *   the difference where a SELECT does not give the columns that its table declares
 */
export async function expectDeclaredColumns(
  connection: DuckDBConnection,
  macros: readonly Macros[],
  sources: readonly Source[],
  tables: readonly Table[],
): Promise<void> {
  const rawTables = sources.map((source) => {
    const columns = source.columns.map((column) => `"${column.name}" ${rawDuckdbType(column)}`);
    const added = [`${recordOrdinal} bigint`, `${deliveredAt} ${duckdbType.TIMESTAMP}`];
    return `create table raw.${source.name} (${[...columns, ...added].join(", ")})`;
  });
  const declaredTables = tables.map((table) => createTable(table.id, table));
  const schemas = ["raw", ...layers].map((schema) => `create schema ${schema}`);
  for (const { file, text } of macros) {
    await connection.run(text).catch((error: unknown) => {
      throw bindFault(file, error);
    });
  }
  await connection.run([...schemas, ...rawTables, ...declaredTables].join(";\n"));

  for (const table of tables) {
    if (table.select !== undefined) await expectColumns(connection, table, table.select);
    await expectSoundChecks(connection, table);
  }
}

/** A file of macros, by its name below sql/. */
export interface Macros {
  file: string;
  text: string;
}

/** A check that asks for what the table has not would otherwise fail only after all models ran. */
async function expectSoundChecks(connection: DuckDBConnection, table: Table): Promise<void> {
  for (const check of table.checks) {
    const query = checkQuery(table, check, new Date(0));
    await connection.run(`describe ${query}`).catch((error: unknown) => {
      const { message } = bindFault(table.file, error);
      throw new MarqueeError({
        reason: "catalog",
        what: message.replace(/:\d+: /, `: check ${check.name}: `),
        cause: error,
      });
    });
  }
}

/** The statement that makes a table of DuckDB with the declared columns. */
export function createTable(name: string, table: Table): string {
  const columns = table.columns.map((column) => `"${column.name}" ${duckdbType[column.type]}`);
  return `create table ${name} (${columns.join(", ")})`;
}

async function expectColumns(
  connection: DuckDBConnection,
  table: Table,
  select: string,
): Promise<void> {
  const file = table.selectFile ?? table.file;
  const reader = await connection.runAndReadAll(`describe ${select}`).catch((error: unknown) => {
    throw bindFault(file, error);
  });
  const rows = reader.getRowsJS() as string[][];
  const given = rows.map(([name, type]) => `${name ?? ""} ${type ?? ""}`);
  const declared = table.columns.map((column) => `${column.name} ${duckdbType[column.type]}`);
  const differs = declared.findIndex((column, index) => column !== given[index]);
  if (differs === -1 && given.length === declared.length) return;

  const index = differs === -1 ? declared.length : differs;
  throw new MarqueeError({
    reason: "catalog",
    what:
      `sql/${file}: column ${index + 1} of the SELECT is ${given[index] ?? "missing"}, ` +
      `the declaration says ${declared[index] ?? "that there is none"}`,
    next: `Make the SELECT give exactly the columns of sql/${table.file}, in that order`,
  });
}

/** Turns DuckDB's message, which draws the place in several lines, into file:line and one sentence. */
function bindFault(file: string, error: unknown): MarqueeError {
  const message = error instanceof Error ? error.message : String(error);
  const line = /LINE (\d+):/.exec(message)?.[1] ?? "1";
  const sentence = (message.split("\n\nLINE")[0] ?? message).replace(/^\w+ Error: /, "");
  return new MarqueeError({
    reason: "catalog",
    what: `sql/${file}:${line}: ${sentence}`,
    cause: error,
  });
}
