import { cloudOf } from "../../../jobs/cloud/cloud.ts";
import type { Question } from "../../../jobs/engine/engine.ts";
import { DataprocSpark } from "../../../jobs/engine/spark/dataproc/place.ts";
import type { Circumstances } from "../../../jobs/engine/spark/dataproc/place.ts";
import { SparkEngine } from "../../../jobs/engine/spark/engine.ts";
import type { Log } from "../../../jobs/report/log.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { tableOf } from "../catalog.ts";
import { quietLog } from "../pipeline.ts";
import { withSession } from "../read-source.ts";
import { devWith } from "../stacks.ts";
import { HeldBucket } from "./dataproc-double-bucket.ts";
import { type DataprocDouble, startDataproc } from "./dataproc-double.ts";
import type { Worker } from "./dataproc-double-jobs.ts";

export const runId = "20261121T173203Z-ab12";
export const cluster = "marquee-dev-spark";

/** Quick, since the double is; what waits for nothing keeps a test from ending. */
export const impatient = {
  pollSeconds: 0.02,
  limitSeconds: 20,
  cancelSeconds: 10,
  answerSeconds: 5,
};

/** An engine whose Spark works on a double of Dataproc. */
export interface OnDataproc {
  dataproc: DataprocDouble;
  bucket: HeldBucket;
  place: DataprocSpark;
  engine: SparkEngine;
  circumstances: Circumstances;
  /** What was logged, in turn. */
  told: string[];
}

/** @param changes of what the run is told, and of how the environment is set up */
export async function onDataproc(
  worker: (bucket: HeldBucket) => Worker,
  use: (all: OnDataproc) => Promise<void>,
  changes: Partial<Circumstances> & { mode?: "cluster" | "batch" } = {},
): Promise<void> {
  const { mode = "cluster", ...others } = changes;
  const settings = await devWith();
  const cloud = cloudOf({ ...settings, spark: { ...settings.spark, mode } });
  const bucket = new HeldBucket();
  const dataproc = await startDataproc(worker(bucket));
  dataproc.clusters.set(cluster, { state: "RUNNING", image: "2.3.5-ml-ubuntu22" });
  const before = process.env["MARQUEE_DATAPROC_ENDPOINT"];
  process.env["MARQUEE_DATAPROC_ENDPOINT"] = dataproc.endpoint;
  const told: string[] = [];
  const tell = (message: string): void => {
    told.push(message);
  };
  const log: Log = { ...quietLog(), info: tell, warn: tell };
  const readOutput = (): Promise<string> => Promise.reject(new Error("nobody has printed"));
  try {
    await withSession(async (session, work) => {
      const usual = { cloud, bucket, work, runId, log, patience: impatient, readOutput };
      const circumstances = { ...usual, ...others };
      const place = new DataprocSpark(circumstances);
      const engine = new SparkEngine(session, work, place);
      await use({ dataproc, bucket, place, engine, circumstances, told });
    });
  } finally {
    if (before === undefined) delete process.env["MARQUEE_DATAPROC_ENDPOINT"];
    else process.env["MARQUEE_DATAPROC_ENDPOINT"] = before;
    await dataproc.stop();
  }
}

/** What a model and a question are asked for in one go. */
export async function askedOf(): Promise<{
  shown: Table[];
  models: Table[];
  questions: Question[];
}> {
  const [links, dates] = [await tableOf("staging.links"), await tableOf("core.dates")];
  const check = dates.checks[0]!;
  const questions = [{ table: dates, check, query: "select 0 as n", slice: undefined }];
  return { shown: [links], models: [dates], questions };
}
