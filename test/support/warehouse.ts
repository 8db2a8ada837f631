import { DuckDBInstance } from "@duckdb/node-api";

import type { Row } from "./rows.ts";

/** Opens a warehouse file as any client would, read-only, and asks it one thing. */
export async function askWarehouse(file: string, sql: string): Promise<Row[]> {
  const instance = await DuckDBInstance.create(file, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  try {
    await connection.run("set TimeZone = 'UTC'");
    const reader = await connection.runAndReadAll(`select columns(*)::varchar from (${sql})`);
    return reader.getRowsJS() as Row[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
