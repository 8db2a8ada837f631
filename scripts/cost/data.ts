import { z } from "zod";

import { type Basis, counted, figure, type Priced } from "./items.ts";
import { costOf, priceText } from "./prices.ts";
import type { Resource } from "./resources.ts";

const bucketSchema = z.object({
  lifecycle_rule: z.array(z.object({ action: z.object({ type: z.string() }) })).default([]),
});

/** Files, whatever bucket they lie in. */
export function lakeItems(resources: readonly Resource[], { table, assumptions }: Basis): Priced {
  const type = "google_storage_bucket";
  const buckets = resources.filter((resource) => resource.type === type);
  if (buckets.length === 0) return { items: [], notPriced: [], notes: [] };
  const { lakeGigabytes } = assumptions;
  const becomesNearline = buckets.some(({ config }) =>
    bucketSchema
      .safeParse(config)
      .data?.lifecycle_rule.some(({ action }) => action.type === "SetStorageClass"),
  );
  return {
    items: [
      {
        type,
        what: `files in ${counted(buckets.length, "bucket")}, old versions included`,
        amount: `${figure(lakeGigabytes)} GB`,
        price: priceText(table, "storage_standard"),
        usdPerMonth: costOf(table, "storage_standard", lakeGigabytes),
        when: "at rest",
      },
    ],
    notPriced: [],
    notes: becomesNearline
      ? [`All files are new: raw ones become Nearline, ${priceText(table, "storage_nearline")}.`]
      : [],
  };
}

const keySchema = z.object({ rotation_period: z.string().optional() });

/** Keys; what they encrypt is billed with the rest. */
export function keyItems(resources: readonly Resource[], { table }: Basis): Priced {
  const type = "google_kms_crypto_key";
  const keys = resources.filter((resource) => resource.type === type);
  if (keys.length === 0) return { items: [], notPriced: [], notes: [] };
  const rotation = keys
    .map(({ config }) => keySchema.safeParse(config).data?.rotation_period)
    .find((period) => period !== undefined);
  const days = rotation === undefined ? 0 : parseFloat(rotation) / (24 * 60 * 60);
  return {
    items: [
      {
        type,
        what: `${counted(keys.length, "key")}, the first version of each`,
        amount: counted(keys.length, "version"),
        price: priceText(table, "key_version"),
        usdPerMonth: costOf(table, "key_version", keys.length),
        when: "at rest",
      },
    ],
    notPriced: [],
    notes:
      days > 0
        ? [`A key gets another version every ${figure(days)} days, and none is ever destroyed.`]
        : [],
  };
}

/** Tables, and the queries over them. */
export function warehouseItems(
  resources: readonly Resource[],
  { table, assumptions }: Basis,
): Priced {
  const type = "google_bigquery_table";
  const tables = resources.filter((resource) => resource.type === type).length;
  if (tables === 0) return { items: [], notPriced: [], notes: [] };
  const { warehouseGigabytes, queryGigabytes } = assumptions;
  const { bigquery_storage: stored, bigquery_queries: scanned } = table.prices;
  return {
    items: [
      {
        type,
        what: counted(tables, "table"),
        amount: `${figure(warehouseGigabytes)} GiB`,
        price: priceText(table, "bigquery_storage"),
        usdPerMonth: costOf(table, "bigquery_storage", warehouseGigabytes),
        when: "at rest",
      },
      {
        type,
        what: "queries",
        amount: `${figure(queryGigabytes)} GiB`,
        price: priceText(table, "bigquery_queries"),
        usdPerMonth: costOf(table, "bigquery_queries", queryGigabytes / 1024),
        when: "running",
      },
    ],
    notPriced: [],
    notes: [
      `BigQuery's free ${stored.free} GiB of tables and ${scanned.free} TiB of queries are taken off, which all projects of a billing account share; Cloud Storage's 5 GB are not.`,
    ],
  };
}
