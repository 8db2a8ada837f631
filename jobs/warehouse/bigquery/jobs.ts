import type { Job, JobMetadata } from "@google-cloud/bigquery";
import pRetry from "p-retry";

import { MarqueeError } from "../../../errors.ts";
import { faultKind } from "../../cloud/faults.ts";
import { workLabels } from "../../cloud/labels.ts";
import { within } from "../../cloud/within.ts";
import type { Connection } from "./client.ts";
import { endJob, GivenUp, hasEnded } from "./endings.ts";
import { mayBeDone } from "./limits.ts";
import { isChange, jobId, type Purpose } from "./marks.ts";

export type JobConfiguration = NonNullable<JobMetadata["configuration"]>;
type JobStatus = NonNullable<JobMetadata["status"]>;

/** Jobs that are begun anew for a piece of work, after passing failures. */
const retries = 2;

/**
 * Reasons for which the same job may succeed a little later.
 *
 * @see https://cloud.google.com/bigquery/docs/error-messages
 */
const passingReasons = new Set([
  "backendError",
  "internalError",
  "jobBackendError",
  "jobInternalError",
  "jobRateLimitExceeded",
  "rateLimitExceeded",
  "tableUnavailable",
]);

/** A job that came to its end without doing what it should. */
export class JobFailure extends Error {
  /** Google's own word for the reason, such as notFound or invalid. */
  readonly reason: string;
  readonly jobId: string;
  /** What faultKind() reads. */
  readonly code: number | undefined;

  constructor(jobId: string, { errorResult, errors }: JobStatus) {
    // The first error is the cause; the result may only say that there were errors.
    const first = errors?.[0] ?? errorResult;
    super(first?.message ?? "it gives no reason");
    this.reason = first?.reason ?? errorResult?.reason ?? "unknown";
    this.jobId = jobId;
    this.code = { accessDenied: 403, notFound: 404, quotaExceeded: 429 }[this.reason];
  }
}

/** A job of this name does something else: another process has taken it for this run. */
class TakenName extends Error {}

/**
 * Runs a job to its end. A job whose beginning was not heard of is gone on with instead of begun a
 * second time; one that failed for a passing reason is begun anew under the next name.
 *
 * @returns what the job tells of itself once it is done
 * @throws JobFailure where the job failed; GivenUp where it may not have ended when the run turned
 *   from it, after it was cancelled; what the client throws where a request was refused
 */
export async function runJob(
  connection: Connection,
  purpose: Purpose,
  configuration: JobConfiguration,
): Promise<{ job: Job; metadata: JobMetadata }> {
  const { cloud, runId, patience, unended } = connection;
  const labels = workLabels(cloud, "warehouse", { runId, step: purpose.step });
  const runOnce = async () => {
    const id = jobId(cloud, runId, purpose, nextAttempt(connection, purpose));
    // From now on, for a run can be stopped at any moment and must know then what it leaves behind.
    if (isChange(purpose)) unended.add(id);
    let isUnended = false;
    try {
      const job = await begin(connection, id, { ...configuration, labels });
      job.pollIntervalMs = patience.pollMilliseconds;
      return { job, metadata: await end(job, id, connection) };
    } catch (error) {
      isUnended = error instanceof GivenUp && !hasEnded(error.ending);
      throw error;
    } finally {
      if (!isUnended) unended.delete(id);
    }
  };
  return pRetry(runOnce, {
    retries,
    minTimeout: patience.betweenJobsMilliseconds,
    shouldRetry: ({ error }) =>
      error instanceof TakenName ||
      (error instanceof JobFailure && passingReasons.has(error.reason)),
    // The next name is tried at once.
    shouldConsumeRetry: ({ error }) => !(error instanceof TakenName),
  });
}

/** Work that is wanted a second time is done a second time, under a name of its own. */
function nextAttempt({ attempts, cloud, runId }: Connection, purpose: Purpose): number {
  const work = jobId(cloud, runId, purpose, 0);
  const attempt = (attempts.get(work) ?? 0) + 1;
  attempts.set(work, attempt);
  return attempt;
}

async function begin(
  connection: Connection,
  id: string,
  configuration: JobConfiguration,
): Promise<Job> {
  const { client } = connection;
  try {
    const [job] = await client.createJob({ jobId: id, configuration });
    return job;
  } catch (error) {
    const job = client.job(id);
    if (hasFailedAtOnce(error)) return job;
    if (faultKind(error) === "conflict") {
      await job.getMetadata().catch((unseen: unknown) => giveUp(connection, id, unseen));
      if (!doesTheSame(toldOf(job).configuration, configuration)) throw new TakenName(id);
      return job;
    }
    // It may have begun, or begin yet.
    if (mayBeDone(error)) return giveUp(connection, id, error);
    throw error;
  }
}

/** Nobody waits for a job any more: it is ended, as far as this run can. */
async function giveUp(connection: Connection, id: string, error: unknown): Promise<never> {
  throw new GivenUp(error, await endJob(connection, id));
}

/** The client throws the errors of a job that is there, without the code of a refused request. */
function hasFailedAtOnce(error: unknown): boolean {
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  return code === undefined && Array.isArray(errors);
}

function doesTheSame(known: JobConfiguration | undefined, wanted: JobConfiguration): boolean {
  const essence = ({ load, query }: JobConfiguration): string =>
    JSON.stringify([load?.sourceUris, load?.destinationTable?.tableId, query?.query]);
  return known !== undefined && essence(known) === essence(wanted);
}

async function end(job: Job, id: string, connection: Connection): Promise<JobMetadata> {
  const { jobMilliseconds } = connection.patience;
  const ended = within(jobMilliseconds, job.promise(), () => {
    // It is not looked at any more.
    job.removeAllListeners("complete");
    return tooLong(id, jobMilliseconds);
  });
  await ended.catch((error: unknown) => {
    const { status } = toldOf(job);
    if (status?.errorResult === undefined) return giveUp(connection, id, error);
    throw new JobFailure(id, status);
  });
  return toldOf(job);
}

function tooLong(id: string, jobMilliseconds: number): MarqueeError {
  return new MarqueeError({
    reason: "cloud",
    what: `the BigQuery job ${id} has not ended within ${jobMilliseconds / 60_000} min`,
    next: "Look in the console why it took so long, and run again",
  });
}

/** What a job last told of itself. */
function toldOf(job: Job): JobMetadata {
  return (job.metadata ?? {}) as JobMetadata;
}
