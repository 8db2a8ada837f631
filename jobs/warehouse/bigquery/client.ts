import type { BigQueryOptions } from "@google-cloud/bigquery";

import type { Table } from "../../../sql/catalog/types.ts";
import { cloudFault } from "../../cloud/faults.ts";
import type { Cloud } from "../../cloud/cloud.ts";
import { doubleOf } from "../../cloud/double.ts";
import { MarqueeError } from "../../../errors.ts";
import { GivenUp, hasEnded, saidOf } from "./endings.ts";
import { LimitedBigQuery, type Repeats } from "./limits.ts";
import { cancelCommand } from "./marks.ts";

/** How long a passing fault is waited for. */
export interface Patience {
  /** How the client repeats a request that got no answer, or 429 or 5xx. */
  requests: Repeats;
  /** Pause before a job that failed for a passing reason is started anew; it doubles each time. */
  betweenJobsMilliseconds: number;
  /** Pause between two looks at a job. */
  pollMilliseconds: number;
  /** Until a request with all its repeats has got an answer, and until one try of it has. */
  requestMilliseconds: number;
  tryMilliseconds: number;
  /** Until a job has ended. */
  jobMilliseconds: number;
  /** For cancelling a job and seeing its end. */
  cancelMilliseconds: number;
}

/** A request is repeated for about a minute: 2, 4, 8, 16 and 32 seconds apart. */
const usualPatience: Patience = {
  requests: { maxRetries: 5 },
  betweenJobsMilliseconds: 5_000,
  pollMilliseconds: 1_000,
  requestMilliseconds: 180_000,
  tryMilliseconds: 50_000,
  jobMilliseconds: 3_600_000,
  cancelMilliseconds: 60_000,
};

/** BigQuery as one run sees it: one connection a run, since a second would take jobs for its own. */
export interface Connection {
  /** Asks the guard before each sending of what changes something. */
  client: LimitedBigQuery;
  /** Ends jobs, and waits for no answer longer than for their end. */
  ender: LimitedBigQuery;
  cloud: Cloud;
  runId: string;
  patience: Patience;
  /** How often each piece of work was begun, by the job id that it would have. */
  attempts: Map<string, number>;
  /** Ids of jobs that change tables: those that may be at work, since nobody has seen their end. */
  unended: Set<string>;
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
    ...(onDouble ? { authClient: nobody } : {}),
  };
  const { requestMilliseconds, tryMilliseconds, requests: repeats, cancelMilliseconds } = patience;
  const limits = { requestMilliseconds, tryMilliseconds, repeats, guard };
  const client = new LimitedBigQuery(options, limits);
  const ender = new LimitedBigQuery(
    { ...options, authClient: client.authClient as unknown as typeof nobody },
    { ...limits, requestMilliseconds: Math.min(requestMilliseconds, cancelMilliseconds) },
  );
  return { client, ender, cloud, runId, patience, attempts: new Map(), unended: new Set() };
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
  const cause = error instanceof GivenUp ? error.cause : error;
  const needs =
    dataset === undefined
      ? "roles/bigquery.jobUser"
      : `roles/bigquery.jobUser, WRITER on the dataset ${dataset} and roles/storage.objectUser on the bucket ${cloud.names.lake}`;
  const fault = cloudFault(cause, { what, needs, on }, cloud);
  if (!(error instanceof GivenUp)) return fault;
  const { ending } = error;
  const { reason, message, next = "Run again" } = fault;
  return new MarqueeError({
    reason,
    what: `${message}; ${saidOf(ending)}`,
    next: hasEnded(ending)
      ? next
      : `See that the console shows its end, or end it with ${cancelCommand(cloud, ending.id)}, and run again`,
    cause: error,
  });
}
