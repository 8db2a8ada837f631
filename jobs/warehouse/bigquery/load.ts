import type { JobMetadata } from "@google-cloud/bigquery";

import { MarqueeError } from "../../../errors.ts";
import { bigquerySchema } from "../../../sql/catalog/bigquery-schema.ts";
import { layers, type Table } from "../../../sql/catalog/types.ts";
import { faultKind } from "../../cloud/faults.ts";
import type { MadeTable } from "../../lake/table-files.ts";
import { type Connection, datasetOf, requestFault, shownName } from "./client.ts";
import { type JobConfiguration, JobFailure, runJob } from "./jobs.ts";
import type { Change, Purpose } from "./marks.ts";
import { rowCount } from "./queries.ts";

/** A table as it was loaded; its bytes are those of the files. */
export type Loaded = MadeTable;

/** What a table is loaded from. */
export interface Load {
  table: Table;
  /** Its Parquet files, as gs://bucket/object. */
  uris: readonly string[];
  /** As the engine that wrote them counts them. */
  rows: number;
}

/** Where files are loaded to: a table of the catalogue, or one that stands in for it. */
export interface Destination {
  table: Table;
  /** The name in its dataset. */
  name: string;
  purpose: Purpose;
}

/**
 * Replaces tables with what is in files: each as a whole or not at all, and for nothing, since load
 * jobs are free. The tables of a layer are loaded side by side, for BigQuery does the work; none is
 * given up because another fails.
 *
 * @param tick is told of a table before it is loaded, and can forbid it by failing
 */
export async function loadTables(
  connection: Connection,
  loads: readonly Load[],
  tick: (what: string) => void | Promise<void>,
): Promise<Loaded[]> {
  const loaded: Loaded[] = [];
  for (const layer of layers) {
    const outcomes = await Promise.allSettled(
      loads
        .filter(({ table }) => table.layer === layer)
        .map(async (load) => {
          await tick(load.table.id);
          const { table } = load;
          const purpose = { step: "load" satisfies Change, of: table };
          return loadFiles(connection, load, { table, name: table.name, purpose });
        }),
    );
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") throw outcome.reason;
      loaded.push(outcome.value);
    }
  }
  return loaded;
}

/** @throws MarqueeError (cloud) where the job fails, or BigQuery counts other rows than the engine */
export async function loadFiles(
  connection: Connection,
  { table, uris, rows }: Load,
  destination: Destination,
): Promise<Loaded> {
  const start = performance.now();
  const configuration = loadConfiguration(connection, uris, destination);
  const { metadata } = await runJob(connection, destination.purpose, configuration).catch(
    (error: unknown) => {
      throw loadFault(error, connection, destination);
    },
  );
  const counted = await rowCount(connection, { ...table, name: destination.name });
  expectSameRows(connection, destination, { engine: rows, ...countsOf(metadata), counted });
  const bytes = Number(metadata.statistics?.load?.inputFileBytes ?? 0);
  return { table, rows, bytes, seconds: (performance.now() - start) / 1000 };
}

/**
 * WRITE_TRUNCATE_DATA replaces the rows and leaves the table as Terraform made it: its schema with
 * the columns' descriptions, its labels, its partitions and their required filter, its clusters.
 * WRITE_TRUNCATE would make the table anew as the job describes it, and what the job cannot say, such
 * as labels, would stand in the next plan as a change. For the same reason the job says nothing of
 * partitions and clusters, which the table has already. The schema is said although the table has it,
 * so that a table which was changed since the preflight is refused.
 *
 * @see https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationLoad
 */
function loadConfiguration(
  { cloud }: Connection,
  uris: readonly string[],
  { table, name }: Destination,
): JobConfiguration {
  return {
    load: {
      sourceUris: [...uris],
      sourceFormat: "PARQUET",
      destinationTable: {
        projectId: cloud.settings.project.id,
        datasetId: datasetOf(cloud, table),
        tableId: name,
      },
      schema: { fields: bigquerySchema(table) },
      createDisposition: "CREATE_NEVER",
      writeDisposition: "WRITE_TRUNCATE_DATA",
    },
  };
}

function countsOf({ statistics }: JobMetadata): { output: number } {
  return { output: Number(statistics?.load?.outputRows ?? 0) };
}

function expectSameRows(
  { cloud }: Connection,
  { table, name }: Destination,
  { engine, output, counted }: { engine: number; output: number; counted: number },
): void {
  if (engine === output && engine === counted) return;
  throw rowsDiffer(shownName(cloud, { ...table, name }), engine, counted, [
    `its load job wrote ${output}`,
  ]);
}

/** The error for a table that has not the rows that it should have. */
export function rowsDiffer(
  name: string,
  expected: number,
  found: number,
  more: readonly string[] = [],
): MarqueeError {
  const rest = more.map((text) => `, ${text}`).join("");
  return new MarqueeError({
    reason: "cloud",
    what: `${name} has ${found} rows in BigQuery, the engine counts ${expected}${rest}`,
    next: "Run again: the next run loads the table anew",
  });
}

function loadFault(
  error: unknown,
  connection: Connection,
  { table, name }: Destination,
): MarqueeError {
  const { cloud } = connection;
  const shown = shownName(cloud, { ...table, name });
  const what = `loading ${table.id} into ${shown}`;
  const isOfFile = error instanceof JobFailure && /gs:\/\//.test(error.message);
  if (error instanceof JobFailure && (faultKind(error) === "other" || isOfFile)) {
    return new MarqueeError({
      reason: "cloud",
      what: `${what} failed: ${error.message} (${error.reason}, job ${error.jobId})`,
      next: "The table is as it was; look at the job in the console, and run again",
      cause: error,
    });
  }
  const on = `the table ${shown}`;
  return requestFault(error, connection, { what, dataset: datasetOf(cloud, table), on });
}
