import type { FormattedMetadata, TableField } from "@google-cloud/bigquery";

import { MarqueeError } from "../../../errors.ts";
import { bigquerySchema } from "../../../sql/catalog/bigquery-schema.ts";
import { layers, type Table } from "../../../sql/catalog/types.ts";
import { deployCommand } from "../../cloud/cloud.ts";
import { type Connection, requestFault, shownName } from "./client.ts";
import { lookAt } from "./queries.ts";

/** Of the two names that BigQuery has for some types, that of our schemas. */
const sameType: Readonly<Record<string, string>> = {
  INT64: "INTEGER",
  FLOAT64: "FLOAT",
  BOOL: "BOOLEAN",
};

/**
 * Sees to it that all tables can be loaded: datasets and tables are there, where and as they are
 * declared.
 *
 * No drift is mended here, not even a column that is merely missing: a schema has one owner, the stacks,
 * so that a plan after a run has nothing to do.
 *
 * @throws MarqueeError (cloud) for the first dataset, or for the first table with all its differences
 */
export async function expectDeclaredTables(
  connection: Connection,
  tables: readonly Table[],
): Promise<void> {
  for (const layer of layers) {
    const ofLayer = tables.filter((table) => table.layer === layer);
    if (ofLayer.length === 0) continue;
    await expectDataset(connection, layer);
    await Promise.all(ofLayer.map((table) => expectTable(connection, table)));
  }
}

async function expectDataset(connection: Connection, layer: Table["layer"]): Promise<void> {
  const { client, cloud } = connection;
  const name = cloud.names.datasets[layer];
  const answer = await client
    .dataset(name)
    .getMetadata()
    .catch((error: unknown) => {
      const what = `looking at the dataset ${name}`;
      throw requestFault(error, connection, { what, dataset: name, on: `the dataset ${name}` });
    });
  const { location } = answer[0] as { location?: string };
  const { region } = cloud.settings;
  if (location?.toLowerCase() === region.toLowerCase()) return;
  throw new MarqueeError({
    reason: "cloud",
    what: `the dataset ${name} stands in ${location ?? "no region"}, the settings of ${cloud.settings.environment} say ${region}: files of one region cannot be loaded into another`,
    next: `Set the region back, or move the dataset: delete it and make it with ${deployCommand(cloud)}`,
  });
}

async function expectTable(connection: Connection, table: Table): Promise<void> {
  const { cloud } = connection;
  const differences = driftOf(table, await lookAt(connection, table));
  if (differences.length === 0) return;
  throw new MarqueeError({
    reason: "cloud",
    what: `the table ${shownName(cloud, table)} is not as sql/${table.file} declares it: ${differences.join("; ")}`,
    next: `See what would change, and change it, with ${deployCommand(cloud)}`,
  });
}

/** What differs between a table as it is declared and as it is there, in words. */
export function driftOf(table: Table, there: FormattedMetadata): string[] {
  return [
    ...columnDrift(table, there.schema?.fields ?? []),
    ...difference("partitions", partitionsOf(table), partitionsThere(there)),
    ...difference(
      "clusters",
      table.cluster.join(", "),
      (there.clustering?.fields ?? []).join(", "),
    ),
  ];
}

function columnDrift(table: Table, fields: readonly TableField[]): string[] {
  const declared = new Map(bigquerySchema(table).map(({ name, type }) => [name, type]));
  const there = new Map(fields.map((field) => [field.name ?? "", typeOf(field)]));
  const names = [...new Set([...declared.keys(), ...there.keys()])];
  return names.flatMap((name) =>
    difference(`column ${name}`, declared.get(name) ?? "", there.get(name) ?? ""),
  );
}

/** A type with its mode, where that is another than that of our columns. */
function typeOf({ type = "", mode = "NULLABLE" }: TableField): string {
  const known = sameType[type] ?? type;
  return mode === "NULLABLE" ? known : `${known} ${mode}`;
}

function partitionsOf({ partition }: Table): string {
  if (partition === undefined) return "";
  return partitionText(partition.by, partition.column, partition.filterRequired);
}

function partitionsThere({ timePartitioning, ...there }: FormattedMetadata): string {
  if (timePartitioning === undefined) return "";
  const { type = "", field = "" } = timePartitioning;
  const isRequired = there.requirePartitionFilter ?? timePartitioning.requirePartitionFilter;
  return partitionText(type, field, isRequired === true);
}

function partitionText(by: string, column: string, filterRequired: boolean): string {
  return `${by} of ${column}${filterRequired ? ", filter required" : ""}`;
}

function difference(what: string, declared: string, there: string): string[] {
  if (declared === there) return [];
  return [`${what} (declared: ${declared || "none"} / there: ${there || "none"})`];
}
