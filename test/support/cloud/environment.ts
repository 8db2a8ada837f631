import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import type { Cloud } from "../../../jobs/cloud/cloud.ts";
import { bigquerySchema } from "../../../sql/catalog/bigquery-schema.ts";
import type { Catalog } from "../../../sql/catalog/catalog.ts";
import { layers, type Table } from "../../../sql/catalog/types.ts";
import type { CloudDoubles } from "./doubles.ts";

/** Makes what the stacks of an environment would make: buckets, datasets, tables. */
export async function makeEnvironment(
  { storage, bigquery }: CloudDoubles,
  { settings, names }: Cloud,
  { tables }: Pick<Catalog, "tables">,
): Promise<void> {
  const project = settings.project.id;
  for (const name of [names.lake, names.drop, names.scratch]) {
    await post(`${storage}/storage/v1/b?project=${project}`, { name, location: settings.region });
  }
  const datasets = `${bigquery.origin}/bigquery/v2/projects/${project}/datasets`;
  for (const layer of layers) {
    const datasetId = names.datasets[layer];
    const datasetReference = { projectId: project, datasetId };
    await post(datasets, { datasetReference, location: settings.region });
    for (const table of tables.filter((each) => each.layer === layer)) {
      await post(`${datasets}/${datasetId}/tables`, {
        tableReference: { ...datasetReference, tableId: table.name },
        ...tableBody(table),
      });
    }
  }
}

/** A table as the stacks declare it, in the words of the API. */
export function tableBody(table: Table): Record<string, unknown> {
  const { partition, cluster } = table;
  return {
    description: `${table.question} ${table.grain}.`,
    labels: { layer: table.layer, managed_by: "terraform" },
    schema: { fields: bigquerySchema(table) },
    ...(partition === undefined
      ? {}
      : {
          timePartitioning: { type: partition.by, field: partition.column },
          requirePartitionFilter: partition.filterRequired,
        }),
    ...(cluster.length === 0 ? {} : { clustering: { fields: cluster } }),
  };
}

/** Puts a table's files of a folder into the lake bucket, and gives their addresses. */
export async function putFiles(
  { storage }: CloudDoubles,
  { names }: Cloud,
  folder: string,
  prefix: string,
): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".parquet")).sort();
  const uris: string[] = [];
  for (const file of files) {
    const name = `${prefix}/${file}`;
    await putObject(storage, names.lake, name, await readFile(path.join(folder, file)));
    uris.push(`gs://${names.lake}/${name}`);
  }
  return uris;
}

export async function putObject(
  storage: string,
  bucket: string,
  name: string,
  bytes: Buffer,
): Promise<void> {
  const where = `${storage}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`;
  const response = await fetch(where, { method: "POST", body: new Uint8Array(bytes) });
  if (!response.ok) throw new Error(`${where}: ${await response.text()}`);
}

async function post(address: string, body: object): Promise<void> {
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${address}: ${await response.text()}`);
}
