import { readFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { readYaml } from "../../yaml.ts";

const file = path.join(import.meta.dirname, "prices.yml");

const names = [
  ...(["storage_standard", "storage_nearline", "bigquery_storage", "bigquery_queries"] as const),
  ...(["key_version", "dataproc_vcpu", "n2_vcpu", "n2_ram", "n2_spot_vcpu"] as const),
  ...(["n2_spot_ram", "e2_vcpu", "e2_ram", "disk_balanced", "batch_unit"] as const),
  ...(["batch_shuffle", "logs", "network_logs"] as const),
] as const;
export type PriceName = (typeof names)[number];

const schema = z.strictObject({
  date: z.iso.date("is no day such as 2026-11-21"),
  currency: z.literal("USD"),
  region: z.string(),
  prices: z.record(
    z.enum(names),
    z.strictObject({
      amount: z.number().positive(),
      unit: z.string(),
      free: z.number().positive().default(0),
      source: z.url(),
      checked: z.string().optional(),
      note: z.string(),
    }),
  ),
});

/** What Google Cloud asks in one region, on one day. */
export type PriceTable = z.infer<typeof schema>;

/**
 * Reads the price table of this folder.
 *
 * @throws MarqueeError (deployment) naming the line that cannot be read
 */
export async function readPrices(): Promise<PriceTable> {
  return readYaml("deployment", "scripts/cost/prices.yml", await readFile(file, "utf8"), schema);
}

/** 0.02 USD per GB-month. */
export function priceText({ prices, currency }: PriceTable, name: PriceName): string {
  return `${prices[name].amount} ${currency} per ${prices[name].unit}`;
}

/** What so many units cost in a month in which nothing else took of the free ones. */
export function costOf({ prices }: PriceTable, name: PriceName, units: number): number {
  return Math.max(0, units - prices[name].free) * prices[name].amount;
}
