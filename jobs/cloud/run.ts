import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { SparkPlace } from "../engine/spark/place.ts";
import type { BucketLake } from "../lake/bucket/bucket-lake.ts";
import type { RunClaim } from "../lake/bucket/lease.ts";
import type { FolderLake } from "../lake/folder.ts";
import type { Options } from "../options.ts";
import type { Log } from "../report/log.ts";
import type { BigQueryWarehouse } from "../warehouse/bigquery/warehouse.ts";
import type { Cloud } from "./cloud.ts";
import { expectOwnLake } from "./working-copy.ts";

/** What a run on Google Cloud works with. */
export interface CloudRun {
  cloud: Cloud;
  bucket: BucketLake;
  warehouse: BigQueryWarehouse;
  /** Spark on Dataproc, for the tables of a work folder. */
  spark: (work: string, stop: AbortSignal | undefined) => SparkPlace;
}

/** A run before it has begun. */
export interface Beginning {
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
  const { options, lake } = beginning;
  if (options.target === "local") {
    await expectOwnLake(lake.folder);
    return use(undefined);
  }
  // The clients of Google Cloud take time and memory: only who needs them loads them.
  const { inCloud } = await import("./open.ts");
  return inCloud(beginning, use);
}
