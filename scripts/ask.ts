import path from "node:path";

import { DuckDBInstance } from "@duckdb/node-api";
import Table from "cli-table3";
import { Command } from "commander";

import { MarqueeError, messageOf } from "../errors.ts";
import { parsed } from "../jobs/command-line.ts";
import { program } from "./program.ts";

/** Asks a lake's warehouse one question and prints the answer: for a machine without DuckDB's shell. */
await program(async () => {
  const command = new Command("npm run ask --")
    .description("Prints what a query over a lake's warehouse gives.")
    .argument("<sql>", 'for instance "from marts.highest_rated_movies limit 10"')
    .option("--lake <folder>", "the lake to ask", "data");
  if (!parsed(command)) return 0;
  const { lake } = command.opts<{ lake: string }>();
  const [sql = ""] = command.args;
  const { names, rows } = await answer(path.join(lake, "warehouse.duckdb"), sql);
  const table = new Table({ head: names, style: { head: [], border: [] } });
  table.push(...rows.map((row) => row.map((value) => value ?? "")));
  console.log(table.toString());
  return 0;
});

async function answer(
  file: string,
  sql: string,
): Promise<{ names: string[]; rows: (string | null)[][] }> {
  try {
    const instance = await DuckDBInstance.create(file, { access_mode: "READ_ONLY" });
    const connection = await instance.connect();
    await connection.run("set TimeZone = 'UTC'");
    const reader = await connection.runAndReadAll(
      `select columns(*)::varchar from (${sql.replace(/;\s*$/, "")})`,
    );
    return { names: reader.columnNames(), rows: reader.getRowsJS() as (string | null)[][] };
  } catch (error) {
    const message = messageOf(error);
    const missing = message.includes("does not exist") && message.includes("database");
    throw new MarqueeError({
      reason: "usage",
      what: missing ? `there is no warehouse ${file}` : (message.split("\n")[0] ?? message),
      next: missing
        ? "Make it with npm run pipeline"
        : "docs/tables.md names every table and column",
      cause: error,
    });
  }
}
