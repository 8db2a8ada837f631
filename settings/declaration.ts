import { z } from "zod";

import { nameFaults, namesOf } from "./names.ts";
import { regions } from "./regions.ts";
import type { Settings } from "./settings.ts";

const days = z.number().int().min(1).max(3650);
const cores = z.union([z.literal(4), z.literal(8), z.literal(16)], "4, 8 or 16 is what there is");
const labelText = /^[a-z0-9_-]{1,63}$/;

/**
 * What a settings file may say. Keys that are not here are refused.
 *
 * @see https://cloud.google.com/resource-manager/docs/creating-managing-projects for project ids
 * @see https://cloud.google.com/dataproc-serverless/docs/concepts/properties for cores
 */
const declaration = z.strictObject({
  project: z.strictObject({
    id: z
      .string()
      .regex(
        /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
        "a project id has 6 to 30 small letters, digits and hyphens, and begins with a letter",
      ),
    number: z.number().int().positive(),
  }),
  region: z
    .string()
    .refine(
      (region) => regions.includes(region),
      "is no region of Google Cloud that settings/regions.ts knows, such as us-central1",
    ),
  prefix: z
    .string()
    .regex(
      /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
      "a prefix has small letters, digits and single hyphens, and begins with a letter",
    ),
  state_bucket: z.string().regex(/^[a-z0-9][a-z0-9_.-]{1,61}[a-z0-9]$/, "is no name of a bucket"),
  labels: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/), z.string().regex(labelText))
    .default({}),
  protect_data: z.boolean(),
  customer_managed_keys: z.boolean(),
  retention: z.strictObject({
    temporary_days: days,
    replaced_days: days,
    raw_to_nearline_days: days,
    dropped_days: days,
    scratch_days: days,
  }),
  spark: z.strictObject({
    mode: z.enum(["cluster", "batch"]),
    cluster: z.strictObject({
      image: z
        .string()
        .regex(
          /^2\.3(\.\d+)?-ml-ubuntu22$/,
          "is no image with Spark 3.5 and numpy, such as 2.3-ml-ubuntu22",
        ),
      idle_minutes: z.number().int().min(10, "Dataproc takes no less than 10"),
      machine_type: z.string().regex(/^[a-z0-9]+-[a-z0-9-]+$/, "is no machine type"),
      primary_workers: z
        .number()
        .int()
        .min(0)
        .refine(
          (count) => count !== 1,
          "a cluster has no workers (0, a single node) or at least 2",
        ),
      spot_workers: z.number().int().min(0),
    }),
    batch: z.strictObject({
      runtime: z.literal("2.2", "2.2 is the serverless runtime with Spark 3.5 and numpy"),
      driver_cores: cores,
      executor_cores: cores,
      executors: z.number().int().min(2, "Dataproc takes no less than 2"),
    }),
  }),
  daily_query_gibibytes: z.number().int().positive(),
  exchange_months_above_gigabytes: z.number().min(0),
  budget: z
    .strictObject({
      billing_account: z.string().regex(/^([0-9A-F]{6}-){2}[0-9A-F]{6}$/, "is no billing account"),
      monthly: z.number().int().positive(),
      currency: z.string().regex(/^[A-Z]{3}$/, "three capitals, such as USD"),
    })
    .optional(),
  alert_email: z.email("is no e-mail address"),
  dashboard_viewers: z.array(
    z.string().regex(/^(group|user|domain):\S+\.\S+$/, "group:, user: or domain: comes first"),
  ),
  deliverers: z
    .array(
      z
        .string()
        .regex(
          /^(group|user|domain|serviceAccount):\S+\.\S+$/,
          "says first what kind it is: group:",
        ),
    )
    .default([]),
  looker_report: z
    .string()
    .regex(/^[\w-]+$/, "is no id of a report")
    .optional(),
  github: z
    .strictObject({
      owner_id: z.number().int().positive(),
      repository_id: z.number().int().positive(),
    })
    .optional(),
});

/** The schema of an environment's file, which gives complete settings. */
export function declarationOf(environment: string): z.ZodType<Settings> {
  return declaration
    .superRefine(({ spark: { cluster } }, context) => {
      if (cluster.primary_workers > 0 || cluster.spot_workers === 0) return;
      const message = "spot workers need primary ones: a single node has none";
      context.addIssue({ code: "custom", path: ["spark", "cluster", "spot_workers"], message });
    })
    .transform((declared) => settingsOf(environment, declared))
    .superRefine((settings, context) => {
      const [message] = nameFaults(namesOf(settings));
      if (message !== undefined) context.addIssue({ code: "custom", path: ["prefix"], message });
    });
}

function settingsOf(environment: string, declared: z.infer<typeof declaration>): Settings {
  const { retention, spark, budget, github } = declared;
  return {
    environment,
    project: declared.project,
    region: declared.region,
    prefix: declared.prefix,
    stateBucket: declared.state_bucket,
    labels: declared.labels,
    protectData: declared.protect_data,
    customerManagedKeys: declared.customer_managed_keys,
    retention: {
      temporaryDays: retention.temporary_days,
      replacedDays: retention.replaced_days,
      rawToNearlineDays: retention.raw_to_nearline_days,
      droppedDays: retention.dropped_days,
      scratchDays: retention.scratch_days,
    },
    spark: {
      mode: spark.mode,
      cluster: {
        image: spark.cluster.image,
        idleMinutes: spark.cluster.idle_minutes,
        machineType: spark.cluster.machine_type,
        primaryWorkers: spark.cluster.primary_workers,
        spotWorkers: spark.cluster.spot_workers,
      },
      batch: {
        runtime: spark.batch.runtime,
        driverCores: spark.batch.driver_cores,
        executorCores: spark.batch.executor_cores,
        executors: spark.batch.executors,
      },
    },
    dailyQueryGibibytes: declared.daily_query_gibibytes,
    exchangeMonthsAboveGigabytes: declared.exchange_months_above_gigabytes,
    budget: budget && {
      billingAccount: budget.billing_account,
      monthly: budget.monthly,
      currency: budget.currency,
    },
    alertEmail: declared.alert_email,
    dashboardViewers: declared.dashboard_viewers,
    deliverers: declared.deliverers,
    lookerReport: declared.looker_report,
    github: github && { ownerId: github.owner_id, repositoryId: github.repository_id },
  };
}
