import { rm } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import { quoted, Session } from "../../jobs/duckdb.ts";
import { findSpark, versionOf } from "../../jobs/engine/spark/installation.ts";
import { sparkMemory } from "../../jobs/engine/spark/submit.ts";
import { type EngineName, engineNames } from "../../jobs/where-options.ts";
import { runChild } from "./child.ts";
import type { Surroundings } from "./measure.ts";
import { type Spread, spreadOf } from "./statistics.ts";

/** What both engines took for all tables of core and marts, over the same staging tables. */
export interface EnginesMeasurement {
  ratings: number;
  times: number;
  spark: { version: string; driver_memory: string };
  /** The whole step, Spark's start included. */
  seconds: Record<EngineName, Spread>;
  tables: MeasuredTable[];
}

export interface MeasuredTable {
  table: string;
  rows: number;
  seconds: Record<EngineName, Spread>;
}

/** What one run of one engine wrote down of itself. */
interface EngineRun {
  seconds: number;
  tables: { table: string; rows: number; seconds: number }[];
}

/**
 * Measures both engines in turn, so that what slows the machine down for a while slows down both.
 *
 * @throws MarqueeError (usage) where there is no Spark on this machine
 */
export async function measureEngines(
  source: string,
  { ratings, times }: { ratings: number; times: number },
  { work, signal, tell }: Surroundings,
): Promise<EnginesMeasurement> {
  const version = await versionOf(await findSpark());
  const lake = path.join(work, "lake");
  const runs: Record<EngineName, EngineRun[]> = { duckdb: [], spark: [] };
  try {
    const prepare = ["--source", source, "--only", "fetch,prepare"];
    await runChild("jobs/pipeline.ts", [...prepare, "--lake", lake, "--log", "json"], signal);
    tell("The staging tables are prepared");
    for (let time = 1; time <= times; time++) {
      for (const engine of engineNames) {
        const how = ["--only", "transform", "--engine", engine, "--log", "json"];
        await runChild("jobs/pipeline.ts", [...how, "--lake", lake], signal);
        const run = await lastRun(lake, engine);
        runs[engine].push(run);
        tell(`${time} of ${times}: ${engine} took ${run.seconds.toFixed(1)} s`);
      }
    }
  } finally {
    await rm(lake, { recursive: true, force: true });
  }
  const spark = { version, driver_memory: sparkMemory() };
  return { ratings, times, spark, ...sideBySide(runs) };
}

/** The last run of an engine, as it wrote itself down. */
async function lastRun(lake: string, engine: EngineName): Promise<EngineRun> {
  const session = await Session.open({ macros: [], spillFolder: path.join(lake, "work") });
  try {
    const [steps, runs] = ["steps", "runs"].map((table) =>
      quoted(path.join(lake, "ops", table, "*.parquet")),
    );
    const rows = await session.rows(
      `select table_name, rows_written, seconds from read_parquet(${steps})
       where step = 'transform' and run_id = (
         select run_id from read_parquet(${runs}) where engine = ${quoted(engine)}
         order by started_at desc, run_id desc limit 1)`,
    );
    const whole = rows.find(({ table_name: table }) => table === null);
    const tables = rows
      .filter((row) => row !== whole)
      .map(({ table_name: table, rows_written: written, seconds }) => ({
        table: String(table),
        rows: Number(written),
        seconds: Number(seconds),
      }));
    return { seconds: Number(whole?.["seconds"]), tables };
  } finally {
    session.close();
  }
}

function sideBySide(
  runs: Record<EngineName, EngineRun[]>,
): Pick<EnginesMeasurement, "seconds" | "tables"> {
  const each = (value: (run: EngineRun) => number): Record<EngineName, Spread> => ({
    duckdb: spreadOf(runs.duckdb.map(value)),
    spark: spreadOf(runs.spark.map(value)),
  });
  const names = runs.duckdb[0]?.tables ?? [];
  const [duckdb, spark] = [runs.duckdb[0], runs.spark[0]].map((run) =>
    JSON.stringify(run?.tables.map(({ table, rows }) => [table, rows])),
  );
  if (duckdb !== spark) {
    throw new MarqueeError({
      reason: "internal",
      what: `the engines made other tables: ${duckdb} by DuckDB, ${spark} by Spark`,
      next: "Look for the difference with npm run test:spark",
    });
  }
  return {
    seconds: each(({ seconds }) => seconds),
    tables: names.map(({ table, rows }) => ({
      table,
      rows,
      seconds: each(({ tables }) => tables.find((one) => one.table === table)?.seconds ?? NaN),
    })),
  };
}
