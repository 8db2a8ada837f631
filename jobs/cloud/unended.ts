import { messageOf } from "../../errors.ts";
import type { Table } from "../../sql/catalog/types.ts";
import { cancelJob } from "../engine/spark/dataproc/place.ts";
import type { Lease, UnendedRun } from "../lake/bucket/lease.ts";
import type { Log } from "../report/log.ts";
import type { BigQueryWarehouse } from "../warehouse/bigquery/warehouse.ts";
import type { Cloud } from "./cloud.ts";

/**
 * Ends the Spark job that an earlier run has left at work, as the lease tells.
 *
 * @throws MarqueeError (cloud) where it does not end
 */
export async function endSparkJob(cloud: Cloud, lease: Lease, log: Log): Promise<void> {
  const { sparkJob } = lease;
  if (sparkJob === undefined) return;
  const wasAtWork = await cancelJob(cloud, sparkJob, log);
  if (wasAtWork) log.warn(`the Spark job ${sparkJob} of an earlier run was at work: it is ended`);
  await lease.note(undefined);
}

/**
 * Ends what earlier runs have left at work in BigQuery, as the lease tells; what nobody can see stays
 * written down there.
 *
 * @throws MarqueeError (cloud) where a job does not end
 */
export async function endEarlierJobs(
  lease: Lease,
  warehouse: Pick<BigQueryWarehouse, "endJobsOf">,
  tables: readonly Table[],
): Promise<void> {
  const earlier = lease.unended;
  if (earlier.length === 0) return;
  const unseen: UnendedRun[] = [];
  for (const run of earlier) {
    if (!(await warehouse.endJobsOf(run.runId, tables))) unseen.push(run);
  }
  await lease.noteUnended(unseen);
}

/** Writes down for the next run that jobs of this one may be at work in BigQuery. */
export async function tellOfOwnJobs(
  lease: Lease,
  warehouse: Pick<BigQueryWarehouse, "mayBeAtWork">,
  { runId, startedAt }: UnendedRun,
  log: Log,
): Promise<void> {
  if (!warehouse.mayBeAtWork) return;
  await lease.noteUnended([...lease.unended, { runId, startedAt }]).catch((error: unknown) => {
    log.warn(`the next run is not told of BigQuery jobs of this one: ${messageOf(error)}`);
  });
}
