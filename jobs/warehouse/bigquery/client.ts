import type { BigQuery, BigQueryOptions } from "@google-cloud/bigquery";

import type { Table } from "../../../sql/catalog/types.ts";
import { cloudFault } from "../../cloud/faults.ts";
import type { Cloud } from "../../cloud/cloud.ts";
import { doubleOf } from "../../cloud/double.ts";
import type { MarqueeError } from "../../../errors.ts";
import { LimitedBigQuery } from "./limits.ts";

/** How long a passing fault is waited for. */
export interface Patience {
  /** How the client repeats a request that got no answer, or 429 or 5xx. */
  requests: NonNullable<BigQueryOptions["retryOptions"]>;
  /** Pause before a job that failed for a passing reason is started anew; it doubles each time. */
  betweenJobsMilliseconds: number;
  /** Pause between two looks at a job. */
  pollMilliseconds: number;
  /** Until a request with all its repeats has got an answer. */
  requestMilliseconds: number;
  /** Until a job has ended. */
  jobMilliseconds: number;
  /** Until a job that was cancelled has ended. */
  cancelMilliseconds: number;
}

/** A request is repeated for about a minute: 2, 4, 8, 16 and 32 seconds apart. */
const usualPatience: Patience = {
  requests: { maxRetries: 5 },
  betweenJobsMilliseconds: 5_000,
  pollMilliseconds: 1_000,
  requestMilliseconds: 180_000,
  jobMilliseconds: 3_600_000,
  cancelMilliseconds: 60_000,
};

/** BigQuery as one run sees it: one connection a run, since a second would take jobs for its own. */
export interface Connection {
  client: BigQuery;
  cloud: Cloud;
  runId: string;
  patience: Patience;
  /** Asked before each job that is begun: fails where this run may change nothing any more. */
  guard: () => void;
  /** How often each piece of work was begun, by the job id that it would have. */
  attempts: Map<string, number>;
}

/**
 * Nothing is asked for until something is wanted. Credentials are those of the application; a double,
 * named by BIGQUERY_EMULATOR_HOST (an address with http:// and the path /bigquery/v2), is asked
 * without any.
 */
export function connect(
  cloud: Cloud,
  runId: string,
  otherPatience: Partial<Patience> = {},
  guard: () => void = () => undefined,
): Connection {
  const patience = { ...usualPatience, ...otherPatience };
  const { project, region } = cloud.settings;
  const onDouble = doubleOf("BIGQUERY_EMULATOR_HOST") !== undefined;
  const options = {
    projectId: project.id,
    // Of every job, also where it is looked for: without it, jobs outside the US are not found.
    location: region,
    retryOptions: patience.requests,
    ...(onDouble ? { authClient: nobody } : {}),
  };
  const client = new LimitedBigQuery(options, patience.requestMilliseconds);
  return { client, cloud, runId, patience, guard, attempts: new Map() };
}

/** All that the client asks of credentials is headers. */
const nobody = {
  getRequestHeaders: () => Promise.resolve(new Headers()),
} as unknown as NonNullable<BigQueryOptions["authClient"]>;

/** The name of the dataset that a table stands in. */
export function datasetOf({ names }: Cloud, { layer }: Pick<Table, "layer">): string {
  return names.datasets[layer];
}

/** A table as people read it: dataset.table. */
export function shownName(cloud: Cloud, table: Pick<Table, "layer" | "name">): string {
  return `${datasetOf(cloud, table)}.${table.name}`;
}

/** A table as GoogleSQL reads it. */
export function quotedName(cloud: Cloud, table: Pick<Table, "layer" | "name">): string {
  return `\`${cloud.settings.project.id}.${shownName(cloud, table)}\``;
}

/**
 * The condition under which a query gets all rows of a table, as GoogleSQL: where a filter of
 * partitions is required, one that lets all of them through.
 */
export function everyRow({ partition, columns }: Table): string {
  if (partition?.filterRequired !== true) return "TRUE";
  const { column } = partition;
  const declared = columns.find(({ name }) => name === column);
  const all = `${column} >= ${declared?.type ?? "DATE"} '0001-01-01'`;
  return declared?.required === true ? all : `(${all} OR ${column} IS NULL)`;
}

/** What BigQuery says of a failed request, as the one line that a person reads. */
export function requestFault(
  error: unknown,
  { cloud }: Connection,
  { what, dataset, on }: { what: string; dataset?: string; on: string },
): MarqueeError {
  const needs =
    dataset === undefined
      ? "roles/bigquery.jobUser"
      : `roles/bigquery.jobUser, WRITER on the dataset ${dataset} and roles/storage.objectUser on the bucket ${cloud.names.lake}`;
  return cloudFault(error, { what, needs, on }, cloud);
}
