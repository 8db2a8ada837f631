import { type Cloud, cloudOf } from "../../../jobs/cloud/cloud.ts";
import type { Patience } from "../../../jobs/warehouse/bigquery/client.ts";
import { BigQueryWarehouse } from "../../../jobs/warehouse/bigquery/warehouse.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { catalog } from "../catalog.ts";
import { quietLog } from "../pipeline.ts";
import { devWith } from "../stacks.ts";
import { tableBody } from "./environment.ts";
import { errorBody } from "./faults.ts";
import { type Asked, type RecordingServer, type Said, startRecording } from "./recording-server.ts";
import { setVariables } from "../variables.ts";

type Json = Record<string, unknown>;

/** How a job ends: with statistics, or with the first of its errors. */
export type Outcome = { statistics: Json } | { reason: string; message: string };

/** BigQuery as far as a test says what it holds: it keeps what it is told and runs nothing. */
export interface Stub extends RecordingServer {
  cloud: Cloud;
  warehouse: BigQueryWarehouse;
  /** By dataset.table, as the API has them: to be changed at will. */
  tables: Map<string, Json>;
  /** By name. */
  datasets: Map<string, Json>;
  /** How the next jobs end; all others succeed with nothing to tell. */
  outcomes: Outcome[];
  /** What a query answers. */
  answer: Json;
  /** By id, as the API has them. One with `until` runs: until it is cancelled, or for ever. */
  jobs: Map<string, Json & { until?: "cancelled" | "never" }>;
  /** Requests that are not answered until `speak` is called, as "METHOD path". */
  silent: RegExp | undefined;
  /** Answers what was not answered, late as it is. */
  speak: () => void;
}

/** As the tests' run is called. */
export const runId = "20261121T120000Z-ab12";

/** Nobody waits for what passes by itself. */
export const impatient: Patience = {
  requests: { maxRetries: 3, maxRetryDelay: 0.001 },
  betweenJobsMilliseconds: 1,
  pollMilliseconds: 1,
  requestMilliseconds: 30_000,
  tryMilliseconds: 30_000,
  jobMilliseconds: 30_000,
  cancelMilliseconds: 3000,
};

/** A warehouse that talks to a stub for the tests' run. */
export function waitingAtMost(
  { cloud }: Pick<Stub, "cloud">,
  limits: Partial<Patience>,
): BigQueryWarehouse {
  const run = { id: runId, startedAt: new Date() };
  return new BigQueryWarehouse(cloud, run, quietLog(), { patience: { ...impatient, ...limits } });
}

/** Runs a stub that holds the whole catalogue as declared, for a warehouse that talks to it. */
export async function withStub(use: (stub: Stub) => Promise<void>): Promise<void> {
  const cloud = cloudOf(await devWith());
  const { tables: declared } = await catalog();
  const { region, project } = cloud.settings;
  const state = {
    tables: new Map(declared.map((table) => [nameOf(cloud, table), tableBody(table) as Json])),
    datasets: new Map(
      Object.values(cloud.names.datasets).map((name) => [name, { location: region }]),
    ),
    outcomes: [] as Outcome[],
    answer: { jobComplete: true, schema: { fields: [] }, rows: [] } as Json,
    jobs: new Map() as Stub["jobs"],
    silent: undefined as RegExp | undefined,
  };
  let speak = (): void => undefined;
  const spoken = new Promise<void>((resolve) => {
    speak = resolve;
  });
  const server = await startRecording(async (asked) => {
    if (state.silent?.test(`${asked.method} ${asked.path}`) === true) await spoken;
    return answerTo(asked, project.id, state);
  });
  const restore = setVariables({ BIGQUERY_EMULATOR_HOST: `${server.origin}/bigquery/v2` });
  try {
    const warehouse = waitingAtMost({ cloud }, {});
    await use(Object.assign(state, server, { cloud, warehouse, speak }));
  } finally {
    restore();
    server.close();
  }
}

/** A table of the stub by its key. */
export function nameOf({ names }: Cloud, { layer, name }: Pick<Table, "layer" | "name">): string {
  return `${names.datasets[layer]}.${name}`;
}

/** The bodies of all jobs that were asked for, each as often as it was. */
export function jobsAsked({ requests }: Pick<Stub, "requests">): Json[] {
  return requests
    .filter(({ method, path }) => method === "POST" && path.endsWith("/jobs"))
    .map(({ body }) => body);
}

function answerTo(
  { method, path, body }: Asked,
  project: string,
  {
    tables,
    datasets,
    outcomes,
    answer,
    jobs,
  }: Pick<Stub, "tables" | "datasets" | "outcomes" | "answer" | "jobs">,
): Said {
  const where = path.replace(`/bigquery/v2/projects/${project}/`, "");
  const [kind = "", first = "", verb = "", second = ""] = where.split("/");
  if (kind === "jobs" && verb === "cancel") return found(cancelled(jobs.get(first)));
  if (kind === "jobs") {
    return method === "POST" ? begun(body, jobs, outcomes) : found(polled(jobs.get(first)));
  }
  if (kind === "queries") return { status: 200, body: answer };
  if (kind === "datasets" && !where.includes("/tables")) return found(datasets.get(first));
  const reference = (body["tableReference"] as Json | undefined)?.["tableId"];
  const name = `${first}.${second || String(reference)}`;
  if (method === "POST" && tables.has(name)) return duplicate(name);
  if (method === "DELETE") return { status: tables.delete(name) ? 204 : 404, body: undefined };
  if (method !== "GET") tables.set(name, { ...tables.get(name), ...body });
  return found(tables.get(name));
}

/** A job is not done when it is begun. */
function begun(body: Json, jobs: Stub["jobs"], outcomes: Outcome[]): Said {
  const { jobReference, configuration } = body as { jobReference: Json; configuration: Json };
  const id = String(jobReference["jobId"]);
  if (jobs.has(id)) return duplicate(`Job ${id}`);
  const outcome = outcomes.shift() ?? { statistics: {} };
  const failed =
    "reason" in outcome
      ? { errorResult: { reason: outcome.reason, message: "there were errors" }, errors: [outcome] }
      : {};
  const statistics = "statistics" in outcome ? outcome.statistics : {};
  const job = { jobReference, configuration, statistics, status: { state: "DONE", ...failed } };
  if (configuration["dryRun"] === true) return { status: 200, body: job };
  jobs.set(id, { ...job, polls: 0 });
  return { status: 200, body: { jobReference, configuration, status: { state: "RUNNING" } } };
}

/** It is not done when it is cancelled either. */
function cancelled(job: Json | undefined): Json | undefined {
  if (job?.["until"] === "cancelled") delete job["until"];
  return job && { job };
}

/** It is done at the second look. */
function polled(job: Json | undefined): Json | undefined {
  if (job === undefined) return undefined;
  if (job["until"] !== undefined) return { ...job, status: { state: "RUNNING" } };
  job["polls"] = Number(job["polls"]) + 1;
  return Number(job["polls"]) > 1 ? job : { ...job, status: { state: "RUNNING" } };
}

function found(body: Json | undefined): Said {
  return body === undefined
    ? { status: 404, body: errorBody(404, "notFound", "Not found") }
    : { status: 200, body };
}

function duplicate(what: string): Said {
  return { status: 409, body: errorBody(409, "duplicate", `Already Exists: ${what}`) };
}
