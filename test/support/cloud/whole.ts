import { cloudOf } from "../../../jobs/cloud/cloud.ts";
import type { Cloud } from "../../../jobs/cloud/cloud.ts";
import type { Options } from "../../../jobs/options.ts";
import type { Log } from "../../../jobs/report/log.ts";
import type { Run } from "../../../jobs/run.ts";
import { BigQueryWarehouse } from "../../../jobs/warehouse/bigquery/warehouse.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { catalog } from "../catalog.ts";
import { quietLog, runLocally } from "../pipeline.ts";
import { expectSameRows, type Row } from "../rows.ts";
import { devWith } from "../stacks.ts";
import { askAll } from "../warehouse.ts";
import { type DataprocDouble, startDataproc } from "./dataproc-double.ts";
import type { Worker } from "./dataproc-double-jobs.ts";
import { sparkOver } from "./dataproc-double-spark.ts";
import { type CloudDoubles, startCloudDoubles } from "./doubles.ts";
import { makeEnvironment } from "./environment.ts";
import { objectsAt } from "./fake-storage.ts";
import { setVariables } from "../variables.ts";

/** All that a deployed environment has, on doubles. */
export interface DeployedEnvironment {
  cloud: Cloud;
  doubles: CloudDoubles;
  dataproc: DataprocDouble;
  /** What lets a program find the doubles that is started beside. */
  variables: Record<string, string>;
  stop: () => Promise<void>;
}

/**
 * Starts doubles of everything with what the stacks of dev make in them, and lets this process's
 * clients find them.
 *
 * @param worker does what jobs on Dataproc do; real Spark where none is given
 */
export async function startEnvironment(worker?: Worker): Promise<DeployedEnvironment> {
  const cloud = cloudOf(await devWith());
  const doubles = await startCloudDoubles();
  const { scratch } = cloud.names;
  const dataproc = await startDataproc(worker ?? sparkOver({ storage: doubles.storage, scratch }));
  dataproc.clusters.set(cloud.names.cluster, { state: "RUNNING", image: "2.3.5-ml-ubuntu22" });
  const variables = { ...doubles.variables, MARQUEE_DATAPROC_ENDPOINT: dataproc.endpoint };
  const restore = setVariables(variables);
  const stop = async () => {
    restore();
    await dataproc.stop();
    await doubles.stop();
  };
  try {
    await makeEnvironment(doubles, cloud, await catalog());
    return { cloud, doubles, dataproc, variables, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs the pipeline over an environment on doubles, with all steps and without Spark unless said otherwise. */
export async function runThere(
  options: Partial<Options> & Pick<Options, "sources" | "lake">,
  log: Log = quietLog(),
): Promise<Run> {
  return runLocally({ target: "hybrid", ...options }, log);
}

/** Expects BigQuery to have, row by row, what a lake's own warehouse file has. */
export async function expectSameInBigQuery(cloud: Cloud, file: string): Promise<void> {
  const { tables } = await catalog();
  const warehouse = new BigQueryWarehouse(cloud, freshRun(), quietLog());
  const here = await askAll(file, tables.map(localRows));
  for (const [index, table] of tables.entries()) {
    const types = table.columns.map(({ type }) => type);
    const there = await rowsInBigQuery(warehouse, table);
    try {
      expectSameRows(there, here[index] ?? [], types);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`${table.id} in BigQuery: ${message}`, { cause: error });
    }
  }
}

/** All rows of a table in BigQuery, each value as a text that DuckDB writes alike. */
export async function rowsInBigQuery(warehouse: BigQueryWarehouse, table: Table): Promise<Row[]> {
  const columns = table.columns.map(({ name, type }) =>
    type === "TIMESTAMP"
      ? `CAST(UNIX_MICROS(${name}) AS STRING) AS ${name}`
      : `CAST(${name} AS STRING) AS ${name}`,
  );
  const sql = `SELECT ${columns.join(", ")} FROM ${warehouse.everyRowOf(table)}`;
  const rows = await warehouse.query(sql);
  return rows.map((row) => table.columns.map(({ name }) => (row[name] ?? null) as string | null));
}

/** The same rows of a local warehouse file, as SQL. */
export function localRows(table: Table): string {
  const columns = table.columns.map(({ name, type }) =>
    type === "TIMESTAMP" ? `epoch_us("${name}")` : `"${name}"`,
  );
  return `select ${columns.join(", ")} from ${table.id}`;
}

let runs = 0;

function freshRun(): { id: string; startedAt: Date } {
  runs += 1;
  return { id: `20261121T120000Z-t${String(runs).padStart(3, "0")}`, startedAt: new Date() };
}

/** Names of all objects in the lake's bucket. */
export async function objectsIn({ doubles, cloud }: DeployedEnvironment): Promise<string[]> {
  return objectsAt(doubles.storage, cloud.names.lake);
}

/** The text of an object in the lake's bucket. */
export async function objectText(
  { doubles, cloud }: DeployedEnvironment,
  name: string,
): Promise<string> {
  const where = `${doubles.storage}/storage/v1/b/${cloud.names.lake}/o/${encodeURIComponent(name)}?alt=media`;
  return (await fetch(where)).text();
}
