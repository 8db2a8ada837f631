import { MarqueeError, messageOf } from "../../../errors.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import type { Log } from "../../report/log.ts";
import { type Connection, requestFault } from "./client.ts";
import { endJob, type Ending, stateOf } from "./endings.ts";
import { cancelCommand, changesTo, jobId, type Purpose } from "./marks.ts";

/**
 * Ends what another run has left at work, killed or not: a job of it that ended after this run's load of
 * the same table would put older rows in their place. The jobs are looked for by their names, one by
 * one, since a list of them asks for a permission that roles/bigquery.jobUser does not have.
 *
 * @returns whether all that could be its jobs are known to have ended or not to be there; false where
 *   some are not for this account to see: they are to be looked for again
 * @throws MarqueeError (cloud) where a job does not end
 */
export async function endJobsOf(
  connection: Connection,
  runId: string,
  tables: readonly Table[],
  log: Log,
): Promise<boolean> {
  const hidden: string[] = [];
  const endAll = async (purpose: Purpose): Promise<void> => {
    // An attempt that was refused is not there, and the next one may be: behind two of them there is none.
    let missing = 0;
    for (let attempt = 1; missing < 2; attempt += 1) {
      const id = jobId(connection.cloud, runId, purpose, attempt);
      const state = await stateOf(connection.client.job(id)).catch((error: unknown) => {
        throw lookFault(error, connection, id);
      });
      if (state === "hidden") hidden.push(id);
      if (state === "hidden") return;
      missing = state === "missing" ? missing + 1 : 0;
      if (state === "missing" || state === "DONE") continue;
      expectEnd(connection, runId, await endJob(connection, id));
      log.warn(`run ${runId} has left its BigQuery job ${id} at work: it is ended`);
    }
  };
  await Promise.all(changesTo(tables).map(endAll));
  if (hidden[0] === undefined) return true;
  log.warn(
    `run ${runId} may have left BigQuery jobs at work (${hidden[0]}), and whether they still run is not for this account to see: where they do, wait for their end and run again`,
  );
  return false;
}

/** One that was there and is not any more is at work no longer either. */
function expectEnd(connection: Connection, runId: string, ending: Ending): void {
  const { id, state, unseen, refused } = ending;
  if (state === "DONE" || state === "missing") return;
  if (unseen !== undefined) throw lookFault(unseen, connection, id);
  const was =
    refused === undefined ? "was cancelled" : `could not be cancelled (${messageOf(refused)})`;
  throw new MarqueeError({
    reason: "cloud",
    what: `the BigQuery job ${id} that run ${runId} has left at work ${was} and is still ${state}: it could put older rows in place of this run's`,
    next: `Wait until the console shows its end, or end it with ${cancelCommand(connection.cloud, id)}, and run again`,
    cause: refused,
  });
}

function lookFault(error: unknown, connection: Connection, id: string): MarqueeError {
  const what = `looking for the job ${id}`;
  return requestFault(error, connection, { what, on: `the job ${id}` });
}
