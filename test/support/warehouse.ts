import { DuckDBInstance } from "@duckdb/node-api";

import type { Row } from "./rows.ts";

/** Opens a warehouse file as any client would, read-only, and asks it one thing. */
export async function askWarehouse(file: string, sql: string): Promise<Row[]> {
  return (await askAll(file, [sql]))[0] ?? [];
}

/** Asks a warehouse file several things in turn. */
export async function askAll(file: string, queries: readonly string[]): Promise<Row[][]> {
  const instance = await DuckDBInstance.create(file, { access_mode: "READ_ONLY", threads: "1" });
  const connection = await instance.connect();
  try {
    await connection.run("set TimeZone = 'UTC'");
    const answers: Row[][] = [];
    for (const sql of queries) {
      const reader = await connection.runAndReadAll(`select columns(*)::varchar from (${sql})`);
      answers.push(reader.getRowsJS() as Row[]);
    }
    return answers;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
