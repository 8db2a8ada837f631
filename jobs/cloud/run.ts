import { expectOwnSettings } from "../../settings/example.ts";
import { readSettings } from "../../settings/read-settings.ts";
import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { SparkPlace } from "../engine/spark/place.ts";
import type { BucketLake } from "../lake/bucket/bucket-lake.ts";
import type { RunClaim } from "../lake/bucket/lease.ts";
import type { FolderLake } from "../lake/folder.ts";
import type { Options } from "../options.ts";
import type { Log } from "../report/log.ts";
import type { BigQueryWarehouse } from "../warehouse/bigquery/warehouse.ts";
import { type Cloud, cloudOf } from "./cloud.ts";
import { expectDoublesHere, onDoublesAlone } from "./double.ts";
import { expectOwnLake } from "./working-copy.ts";

/** What a run on Google Cloud works with. */
export interface CloudRun {
  environment: Cloud;
  bucket: BucketLake;
  warehouse: BigQueryWarehouse;
  /** Spark on Dataproc, for the tables of a work folder. */
  spark: (work: string, stop: AbortSignal | undefined) => SparkPlace;
}

/** A run before it has begun. */
export interface Beginning {
  /** Undefined where the target is this machine. */
  environment: Cloud | undefined;
  catalog: Catalog;
  lake: FolderLake;
  log: Log;
  claim: RunClaim;
  /** Whether it has models or checks for Spark on Dataproc. */
  usesDataproc: boolean;
}

/**
 * The environment of a run's target; undefined for this machine.
 *
 * @throws MarqueeError (deployment) for settings that cannot be, (usage) for doubles elsewhere
 */
export async function environmentOf({
  target,
  environment,
}: Pick<Options, "target" | "environment">): Promise<Cloud | undefined> {
  return target === "local" ? undefined : cloudNamed(environment, target === "gcp");
}

/**
 * An environment that work is about to be done in.
 *
 * @param usesDataproc whether Spark runs there on Dataproc
 * @throws MarqueeError (deployment) for settings that cannot be, or are still the example's: anybody
 *   may own a project or a bucket of that name. (usage) for doubles elsewhere
 */
export async function cloudNamed(
  environment: string | undefined,
  usesDataproc = true,
): Promise<Cloud> {
  expectDoublesHere();
  const settings = await readSettings(environment);
  if (!onDoublesAlone(usesDataproc)) expectOwnSettings(settings);
  return cloudOf(settings);
}

/**
 * Does work with what its target has on Google Cloud: the lease of the bucket's lake is held until the
 * work has ended, and the lake in the folder is the bucket's when it begins.
 *
 * @param use is given undefined where the target is this machine
 * @throws MarqueeError (cloud) where something is missing there, before anything is begun
 */
export async function withCloud<T>(
  beginning: Beginning,
  stop: AbortSignal,
  use: (cloud: CloudRun | undefined) => Promise<T>,
): Promise<T> {
  const { environment, lake } = beginning;
  if (environment === undefined) {
    await expectOwnLake(lake.folder);
    return use(undefined);
  }
  // The clients of Google Cloud take time and memory: only who needs them loads them.
  const { inCloud } = await import("./open.ts");
  return inCloud({ ...beginning, environment }, stop, use);
}
