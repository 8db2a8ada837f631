import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { z } from "zod";

import { readSettings } from "../../settings/read-settings.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { Options } from "../options.ts";
import type { Log } from "../report/log.ts";
import { inUnits } from "../report/transfer.ts";
import { BigQueryWarehouse } from "../warehouse/bigquery/warehouse.ts";
import { type Cloud, cloudOf } from "./cloud.ts";
import { sizesToSend } from "./sizes.ts";

const costProgram = fileURLToPath(new URL("../../scripts/cost.ts", import.meta.url));
const estimate = z.object({
  running: z.number(),
  prices: z.object({ currency: z.string(), date: z.string() }),
});

/**
 * What a run would send, run and load on Google Cloud, and what that costs; nothing is done.
 *
 * @throws MarqueeError (deployment) for settings that cannot be, (cloud) where BigQuery is asked in vain
 */
export async function cloudPlan(options: Options, catalog: Catalog, log: Log): Promise<string> {
  const cloud = cloudOf(await readSettings(options.environment));
  const { settings, names } = cloud;
  const tables = catalog.tables.length;
  const sizes = await sizesToSend(options, catalog, names.lake);
  const lines = [
    `\n${settings.environment}, in the project ${settings.project.id}`,
    `send     to gs://${names.lake}, as far as it is not there:`,
    `         ${sizes.raw}`,
    `         ${sizes.tables}`,
    options.target === "gcp"
      ? `run      ${sparkOf(cloud)}: ${await sparkCost(settings)}`
      : "run      models and checks on this machine",
    `load     ${tables} tables into ${Object.values(names.datasets).join(", ")}: load jobs are free`,
    ...(await exchangeOf(options, cloud, catalog, log)),
  ];
  return `${lines.join("\n  ")}\n`;
}

function sparkOf({ settings: { spark }, names }: Cloud): string {
  if (spark.mode === "batch") {
    const { driverCores, executorCores, executors } = spark.batch;
    return `a serverless batch of Spark with ${driverCores + executors * executorCores} cores`;
  }
  const { machineType, primaryWorkers } = spark.cluster;
  const machines =
    primaryWorkers === 0 ? `one ${machineType}` : `1 + ${primaryWorkers} ${machineType}`;
  return `a job of Spark on the cluster ${names.cluster} (${machines})`;
}

/** A program for people knows the prices; here it is started as its own process. */
async function sparkCost({ environment }: Settings): Promise<string> {
  const run = ["--env", environment, "--runs", "1", "--query-gigabytes", "0", "--json"];
  const args = ["--import", "tsx", costProgram, ...run];
  const asked = await promisify(execFile)(process.execPath, args).catch(() => undefined);
  if (asked === undefined)
    return `its cost cannot be told: npm run cost -- --env ${environment} says why`;
  const { running, prices } = estimate.parse(JSON.parse(asked.stdout));
  return `about ${running.toFixed(2)} ${prices.currency} by list prices of ${prices.date} (npm run cost says how)`;
}

/** Only a merge into a large table asks a query: what its months hold is what it scans at most. */
async function exchangeOf(
  { merge, months }: Options,
  cloud: Cloud,
  { tables }: Catalog,
  log: Log,
): Promise<string[]> {
  if (!merge) return [];
  const { exchangeMonthsAboveGigabytes: gigabytes } = cloud.settings;
  const partitioned = tables.filter(({ partition }) => partition?.by === "MONTH");
  const lines = [
    `exchange the touched months of ${partitioned.map(({ id }) => id).join(", ")} where it has more than ${gigabytes} GB`,
  ];
  if (months === undefined) return lines;
  const warehouse = new BigQueryWarehouse(cloud, { id: "plan", startedAt: new Date() }, log);
  for (const table of partitioned) {
    const column = table.partition?.column ?? "";
    const within = `${column} BETWEEN DATE '${months.from}-01' AND DATE '${months.to}-01'`;
    const bytes = await warehouse.dryRun(
      `SELECT * FROM ${warehouse.everyRowOf(table)} AND ${within}`,
    );
    lines.push(
      bytes > warehouse.scansAtMost
        ? `load     all of ${table.id}, whose months hold ${inUnits(bytes)}: more than a query may scan`
        : `scan     at most ${inUnits(Math.min(2 * bytes, warehouse.scansAtMost))} of ${table.id} for that`,
    );
  }
  return lines;
}
