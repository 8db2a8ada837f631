import { setTimeout as sleep } from "node:timers/promises";

import type { Job, JobMetadata } from "@google-cloud/bigquery";

import { MarqueeError } from "../../../errors.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { faultKind } from "../../cloud/faults.ts";
import type { Log } from "../../report/log.ts";
import { type Connection, requestFault } from "./client.ts";
import { cancelCommand, changesTo, jobId, type Purpose } from "./marks.ts";

/**
 * Ends what a killed run has left at work: a job of it that ended after this run's load of the same
 * table would put older rows in their place. The jobs are looked for by their names, one by one, since
 * a list of them asks for a permission that roles/bigquery.jobUser does not have.
 *
 * @throws MarqueeError (cloud) where a job does not end
 */
export async function endJobsOf(
  connection: Connection,
  runId: string,
  tables: readonly Table[],
  log: Log,
): Promise<void> {
  const hidden: string[] = [];
  const endAll = async (purpose: Purpose): Promise<void> => {
    // Attempts are numbered without gaps: behind the first that is not there, there are none.
    for (let attempt = 1; ; attempt += 1) {
      const id = jobId(connection.cloud, runId, purpose, attempt);
      const job = connection.client.job(id);
      const state = await stateOf(connection, job, id);
      if (state === "hidden") hidden.push(id);
      if (state === "hidden" || state === undefined) return;
      if (state === "DONE") continue;
      await end(connection, job, id);
      log.warn(`run ${runId} was killed: its BigQuery job ${id} is ended`);
    }
  };
  await Promise.all(changesTo(tables).map(endAll));
  if (hidden[0] === undefined) return;
  log.warn(
    `run ${runId} was killed, and whether its BigQuery jobs (${hidden[0]}) still run is not for this account to see: where they do, wait for their end and run again`,
  );
}

async function end(connection: Connection, job: Job, id: string): Promise<void> {
  const { cancelMilliseconds, pollMilliseconds } = connection.patience;
  // It may have ended by itself meanwhile; whether it has is what the next look tells.
  const refused = await job.cancel().then(
    () => undefined,
    (error: unknown) => error,
  );
  const start = performance.now();
  for (;;) {
    const state = await stateOf(connection, job, id);
    if (state === undefined || state === "DONE") return;
    if (performance.now() - start > cancelMilliseconds)
      throw stillRuns(connection, id, state, refused);
    await sleep(pollMilliseconds);
  }
}

/** Undefined where there is no such job, "hidden" where somebody else's account began it. */
async function stateOf(connection: Connection, job: Job, id: string): Promise<string | undefined> {
  try {
    const answer = await job.getMetadata();
    return (answer[0] as JobMetadata).status?.state ?? "PENDING";
  } catch (error) {
    const kind = faultKind(error);
    if (kind === "missing") return undefined;
    if (kind === "forbidden") return "hidden";
    throw requestFault(error, connection, {
      what: `looking for the job ${id}`,
      on: `the job ${id}`,
    });
  }
}

function stillRuns({ cloud }: Connection, id: string, state: string, cause: unknown): MarqueeError {
  return new MarqueeError({
    reason: "cloud",
    what: `the BigQuery job ${id} of a run that was killed was cancelled and is still ${state}: it could put older rows in place of this run's`,
    next: `Wait until the console shows its end, or end it with ${cancelCommand(cloud, id)}, and run again`,
    cause,
  });
}
