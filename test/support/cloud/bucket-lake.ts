import { type Cloud, cloudOf } from "../../../jobs/cloud/cloud.ts";
import { BucketLake, type Published } from "../../../jobs/lake/bucket/bucket-lake.ts";
import type { Patience } from "../../../jobs/lake/bucket/client.ts";
import type { RunClaim } from "../../../jobs/lake/bucket/lease.ts";
import type { Log } from "../../../jobs/report/log.ts";
import type { TransferProgress } from "../../../jobs/report/transfer.ts";
import { readSettings } from "../../../settings/read-settings.ts";
import { withFolder, writeFiles } from "../folder.ts";
import { type BucketStub, withBucketStub } from "./bucket-stub.ts";

/** Retries once, a second later; nothing is renewed while a test goes on. */
export const soon: Patience = {
  retries: 1,
  renewSeconds: 60,
  expireSeconds: 300,
  stallSeconds: 0.5,
  answerSeconds: 5,
  sendSeconds: 5,
  urgentSeconds: 5,
  partBytes: 32 * 2 ** 20,
};

export async function cloud(): Promise<Cloud> {
  return cloudOf(await readSettings("dev"));
}

export function claimOf(runId: string, ended?: string, began = new Date()): RunClaim {
  const startedAt = began.toISOString();
  return { runId, startedAt, sources: [], command: "npm run pipeline", ended };
}

/** Opens the lake of dev for a run. */
export async function opened(
  runId: string,
  patience: Partial<Patience> = {},
  ended?: string,
  warnings: string[] = [],
  began?: Date,
): Promise<BucketLake> {
  const log = { warn: (text: string) => warnings.push(text) } as unknown as Log;
  return BucketLake.open(await cloud(), claimOf(runId, ended, began), log, {
    ...soon,
    ...patience,
  });
}

/** A bucket of its own, empty, for the lake of dev. */
export async function withLake<T>(
  use: (stub: BucketStub, warnings: string[]) => Promise<T>,
): Promise<T> {
  return withBucketStub((await cloud()).names.lake, (stub) => use(stub, []));
}

/** The same, with a folder that has the files of a version. */
export async function withVersion<T>(
  use: (stub: BucketStub, folder: string) => Promise<T>,
): Promise<T> {
  return withLake((stub) =>
    withFolder(async (folder) => {
      await writeFiles(folder, version);
      return use(stub, folder);
    }),
  );
}

/** The files of a version, as a folder of them has them. */
export const version = {
  "staging/ratings/part-00000.parquet": "ratings of old",
  "staging/ratings/part-00001.parquet": "more ratings",
  "core/movies/part-00000.parquet": "movies",
  "ops/runs/part-00000.parquet": "run 1",
  "kept/ratings/part-00000.parquet": "kept",
  "lake.json": "{}",
  "dashboard.html": "<html>",
};
/** What may stand beside them and is not sent. */
export const besides = {
  "warehouse.duckdb": "warehouse",
  "spill/x.tmp": "spilt",
  "staging/links.next/part-00000.parquet": "half",
  "core/movies/.part-00000.parquet.crc": "hidden",
  "typed/ratings.parquet": "typed",
};

/** Publishes all files of a folder for a run, which ends with that. */
export async function publishedBy(runId: string, folder: string): Promise<void> {
  const lake = await opened(runId);
  await publishAll(lake, folder);
  await lake.close();
}

/** Publishes all files of a folder at once, before any warehouse is loaded. */
export async function publishAll(
  lake: BucketLake,
  folder: string,
  progress: TransferProgress = () => undefined,
): Promise<Published> {
  await lake.place(folder, () => true, progress);
  return lake.publish(false);
}
