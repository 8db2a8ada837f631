import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { z } from "zod";

import { exampleKeysOf, expectOwnSettings } from "../../settings/example.ts";
import { readSettings } from "../../settings/read-settings.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { Options } from "../options.ts";
import type { Log } from "../report/log.ts";
import { inUnits } from "../report/transfer.ts";
import { BigQueryWarehouse } from "../warehouse/bigquery/warehouse.ts";
import { type Cloud, cloudOf } from "./cloud.ts";
import { expectCredentials } from "./credentials.ts";
import { doubleOf } from "./double.ts";
import { sizesToSend } from "./sizes.ts";

const costProgram = fileURLToPath(new URL("../../scripts/cost.ts", import.meta.url));
const estimate = z.object({
  running: z.number(),
  prices: z.object({ currency: z.string(), date: z.string() }),
  assumptions: z.object({ run_minutes: z.number() }),
});

/** What the steps have the engine do that use it. */
export const engineWork: Readonly<Record<string, string>> = {
  transform: "models",
  check: "checks",
};

/**
 * What the steps of a run would send, run and load on Google Cloud, and what that costs; nothing is
 * done.
 *
 * @throws MarqueeError (deployment) for settings that cannot be, (cloud) where BigQuery is asked in vain
 */
export async function cloudPlan(options: Options, catalog: Catalog, log: Log): Promise<string> {
  const cloud = cloudOf(await readSettings(options.environment));
  const { settings } = cloud;
  const lines = [
    `\n${settings.environment}, in the project ${settings.project.id}`,
    ...examplesIn(settings),
    ...(await sendingOf(options, cloud, catalog)),
    ...(await workOf(options, cloud)),
    loadingOf(options, cloud, catalog),
    ...(await exchangeOf(options, cloud, catalog, log)),
  ];
  return `${lines.join("\n  ")}\n`;
}

function examplesIn(settings: Settings): string[] {
  const keys = exampleKeysOf(settings);
  if (keys.length === 0) return [];
  return [`refused  until settings/${settings.environment}.yml has your own ${keys.join(", ")}`];
}

async function sendingOf(options: Options, { names }: Cloud, catalog: Catalog): Promise<string[]> {
  const to = `send     to gs://${names.lake}`;
  const { raw, tables } = await sizesToSend(options, catalog, names.lake);
  // Spark on Dataproc reads the tables of its work from the bucket, too.
  const sendsTables =
    options.only.includes("publish") || (options.target === "gcp" && engineWorkOf(options) !== "");
  const parts = [
    ...(options.only.includes("prepare") ? [raw] : []),
    ...(sendsTables ? [tables] : []),
  ];
  if (parts.length === 0) return [`${to} no more than the tables of ops, which tell of the run`];
  return [`${to}, as far as it is not there:`, ...parts.map((part) => `         ${part}`)];
}

async function workOf(options: Options, cloud: Cloud): Promise<string[]> {
  const work = engineWorkOf(options);
  if (work === "") return [];
  if (options.target !== "gcp") return [`run      ${work} on this machine`];
  return [`run      ${work} as ${sparkOf(cloud)}: ${await sparkCost(cloud.settings)}`];
}

/** Empty where no step that is asked for has any. */
function engineWorkOf({ only }: Options): string {
  return only.flatMap((step) => engineWork[step] ?? []).join(" and ");
}

/** A run that publishes no tables is told of in ops all the same. */
function loadingOf({ only }: Options, { names }: Cloud, { tables }: Catalog): string {
  const publishes = only.includes("publish");
  const loaded = publishes ? tables : tables.filter(({ layer }) => layer === "ops");
  const datasets = publishes ? Object.values(names.datasets) : [names.datasets.ops];
  return `load     ${loaded.length} tables into ${datasets.join(", ")}: load jobs are free`;
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
  const { running, prices, assumptions } = estimate.parse(JSON.parse(asked.stdout));
  const price = `${running.toFixed(2)} ${prices.currency} by list prices of ${prices.date}`;
  // Nobody knows beforehand how long Spark takes for these files.
  const assumed = `${assumptions.run_minutes} min assumed whatever the sources`;
  return `about ${price}, ${assumed} (npm run cost says how)`;
}

/** Only a merge into a large table asks a query: what its months hold is what it scans at most. */
async function exchangeOf(
  { merge, months, only }: Options,
  cloud: Cloud,
  { tables }: Catalog,
  log: Log,
): Promise<string[]> {
  if (!merge || !only.includes("publish")) return [];
  const { exchangeMonthsAboveGigabytes: gigabytes } = cloud.settings;
  const partitioned = tables.filter(({ partition }) => partition?.by === "MONTH");
  const lines = [
    `exchange the touched months of ${partitioned.map(({ id }) => id).join(", ")} where it has more than ${gigabytes} GB`,
  ];
  if (months === undefined) return lines;
  await expectToBeHeard(cloud);
  const warehouse = new BigQueryWarehouse(cloud, { id: "plan", startedAt: new Date() }, log);
  for (const table of partitioned) {
    const column = table.partition?.column ?? "";
    const within = `${column} BETWEEN DATE '${months.from}-01' AND DATE '${months.to}-01'`;
    const bytes = await warehouse.dryRun(
      `SELECT * FROM ${warehouse.everyRowOf(table)} AND ${within}`,
    );
    lines.push(
      // What is there is scanned, and what comes in its place: as much, as far as anybody knows.
      2 * bytes > warehouse.scansAtMost
        ? `load     all of ${table.id}: to exchange its months, ${inUnits(bytes)}, scans twice as much, more than a query may`
        : `scan     about ${inUnits(2 * bytes)} of ${table.id} for that`,
    );
  }
  return lines;
}

/** What the plan asks BigQuery goes to an own project, with credentials that count there. */
async function expectToBeHeard(cloud: Cloud): Promise<void> {
  if (doubleOf("BIGQUERY_EMULATOR_HOST") !== undefined) return;
  expectOwnSettings(cloud.settings);
  await expectCredentials(cloud, { usesDataproc: false });
}
