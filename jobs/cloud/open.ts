import { DataprocSpark, expectDataproc } from "../engine/spark/dataproc/place.ts";
import { BucketLake } from "../lake/bucket/bucket-lake.ts";
import { expectBucket } from "../lake/bucket/preflight.ts";
import { BigQueryWarehouse } from "../warehouse/bigquery/warehouse.ts";
import { unlessStopped } from "../signals.ts";
import type { Cloud } from "./cloud.ts";
import { expectCredentials } from "./credentials.ts";
import type { Beginning, CloudRun } from "./run.ts";
import { endEarlierJobs, endSparkJob, tellOfOwnJobs } from "./unended.ts";
import { expectWorkingCopy, markWorkingCopy } from "./working-copy.ts";

/**
 * Does work with what an environment has: withCloud() says how. This file brings the clients of Google
 * Cloud with it.
 */
export async function inCloud<T>(
  beginning: Beginning & { environment: Cloud },
  stop: AbortSignal,
  use: (cloud: CloudRun) => Promise<T>,
): Promise<T> {
  const { environment: cloud, lake, log, claim, usesDataproc } = beginning;
  await expectWorkingCopy(lake.folder, cloud.names.lake);
  await unlessStopped(expectCredentials(cloud, { usesDataproc }), stop);
  // Before anything is written there: it may be a stranger's.
  await unlessStopped(expectBucket(cloud), stop);
  const ended = lake.interrupted?.runId;
  const bucket = await BucketLake.open(cloud, { ...claim, ended }, log);
  try {
    await markWorkingCopy(lake.folder, cloud.names.lake);
    const run = await unlessStopped(opened(beginning, cloud, bucket), stop);
    return await use(run).finally(() => tellOfOwnJobs(bucket.lease, run.warehouse, claim, log));
  } finally {
    await bucket.close();
  }
}

async function opened(
  { catalog, lake, log, claim, usesDataproc }: Beginning,
  cloud: Cloud,
  bucket: BucketLake,
): Promise<CloudRun> {
  await endSparkJob(cloud, bucket.lease, log);
  const run = { id: claim.runId, startedAt: new Date(claim.startedAt) };
  const warehouse = new BigQueryWarehouse(cloud, run, log, {
    guard: () => {
      bucket.expectHeld();
    },
  });
  await endEarlierJobs(bucket.lease, warehouse, catalog.tables);
  await warehouse.preflight(catalog.tables);
  if (usesDataproc) await expectDataproc(cloud);
  const isOther = await log.transfer("fetching the published version", (progress) =>
    bucket.pull(lake, progress),
  );
  if (isOther) log.info(`${lake.folder} is gs://${cloud.names.lake} now`);
  const { runId } = claim;
  const spark: CloudRun["spark"] = (work, stop) =>
    new DataprocSpark({ cloud, bucket, work, runId, log, stop });
  return { environment: cloud, bucket, warehouse, spark };
}
