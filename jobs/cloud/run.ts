import { readSettings } from "../../settings/read-settings.ts";
import type { Catalog } from "../../sql/catalog/catalog.ts";
import { cancelJob } from "../engine/spark/dataproc/place.ts";
import { BucketLake } from "../lake/bucket/bucket-lake.ts";
import type { RunClaim } from "../lake/bucket/lease.ts";
import type { FolderLake } from "../lake/folder.ts";
import type { Options } from "../options.ts";
import type { Log } from "../report/log.ts";
import { BigQueryWarehouse } from "../warehouse/bigquery/warehouse.ts";
import { type Cloud, cloudOf } from "./cloud.ts";
import { expectOwnLake, expectWorkingCopy } from "./working-copy.ts";

/** What a run on Google Cloud works with. */
export interface CloudRun {
  cloud: Cloud;
  bucket: BucketLake;
  warehouse: BigQueryWarehouse;
}

/** A run before it has begun. */
interface Beginning {
  options: Pick<Options, "target" | "environment">;
  catalog: Catalog;
  lake: FolderLake;
  log: Log;
  claim: RunClaim;
}

/**
 * Does work with what its target has on Google Cloud: the lease of the bucket's lake is held until the
 * work has ended, and the lake in the folder is the bucket's when it begins.
 *
 * @param use is given undefined where the target is this machine
 * @throws MarqueeError (cloud, deployment) where something is missing there, before anything is begun
 */
export async function withCloud<T>(
  beginning: Beginning,
  use: (cloud: CloudRun | undefined) => Promise<T>,
): Promise<T> {
  const { options, lake, log, claim } = beginning;
  if (options.target === "local") {
    await expectOwnLake(lake.folder);
    return use(undefined);
  }
  const cloud = cloudOf(await readSettings(options.environment));
  await expectWorkingCopy(lake.folder, cloud.names.lake);
  const ended = lake.interrupted?.runId;
  const bucket = await BucketLake.open(cloud, { ...claim, ended }, log);
  try {
    return await use(await made(beginning, cloud, bucket));
  } finally {
    await bucket.close();
  }
}

async function made(
  { catalog, lake, log, claim }: Beginning,
  cloud: Cloud,
  bucket: BucketLake,
): Promise<CloudRun> {
  const job = bucket.interrupted?.sparkJob;
  if (job !== undefined) {
    log.warn(`run ${bucket.interrupted?.runId ?? ""} was killed: its Spark job ${job} is ended`);
    await cancelJob(cloud, job, log);
  }
  const run = { id: claim.runId, startedAt: new Date(claim.startedAt) };
  const warehouse = new BigQueryWarehouse(cloud, run, log);
  await warehouse.preflight(catalog.tables);
  if (await bucket.pull(lake)) log.info(`${lake.folder} is gs://${cloud.names.lake} now`);
  return { cloud, bucket, warehouse };
}
