import { bigquerySchema } from "../../../sql/catalog/bigquery-schema.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { faultKind } from "../../cloud/faults.ts";
import { type Connection, requestFault } from "./client.ts";
import { workLabels } from "../../cloud/labels.ts";

/** A table's files in the lake, to be read where they lie. */
export interface Files {
  table: Table;
  uris: readonly string[];
}

/** The name of the external table over a table's files. */
export function filesName({ name }: Pick<Table, "name">): string {
  return `${name}_files`;
}

/**
 * Lets BigQuery read staging tables' files where they lie: an external table each, beside the loaded
 * one. The stacks cannot make them, since BigQuery makes none before there are files.
 *
 * @throws MarqueeError (cloud) where one cannot be made or pointed to other files
 */
export async function pointToFiles(connection: Connection, files: readonly Files[]): Promise<void> {
  const { client, cloud, runId } = connection;
  const name = cloud.names.datasets.staging;
  const dataset = client.dataset(name);
  for (const { table, uris } of files) {
    const tableName = filesName(table);
    const metadata = {
      description: `${table.question} ${table.grain}, in the lake's files.`,
      labels: workLabels(cloud, "warehouse", { runId, step: "external" }),
      schema: { fields: bigquerySchema(table) },
      externalDataConfiguration: {
        sourceFormat: "PARQUET",
        sourceUris: [...uris],
        // The schema is declared, whatever the files say of themselves.
        autodetect: false,
      },
    };
    try {
      await dataset.createTable(tableName, metadata).catch(async (error: unknown) => {
        if (faultKind(error) !== "conflict") throw error;
        await dataset.table(tableName).setMetadata(metadata);
      });
    } catch (error) {
      const what = `pointing ${name}.${tableName} to the files of ${table.id}`;
      throw requestFault(error, connection, { what, dataset: name, on: `the dataset ${name}` });
    }
  }
}
