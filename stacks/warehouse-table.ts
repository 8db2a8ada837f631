import type { BigqueryDataset } from "@cdktf/provider-google/lib/bigquery-dataset/index.js";
import { BigqueryTable } from "@cdktf/provider-google/lib/bigquery-table/index.js";
import { Construct } from "constructs";

import { keyOf } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";
import { bigquerySchema } from "../sql/catalog/bigquery-schema.ts";
import type { Table } from "../sql/catalog/types.ts";
import { labelsOf } from "./labels.ts";

/** A table of the catalogue in BigQuery: its declaration says all of it. */
export class WarehouseTable extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { table, dataset, settings }: { table: Table; dataset: BigqueryDataset; settings: Settings },
  ) {
    super(scope, id);
    const { partition, cluster } = table;
    new BigqueryTable(this, "table", {
      datasetId: dataset.datasetId,
      tableId: table.name,
      description: `${table.question} ${table.grain}.`,
      schema: JSON.stringify(bigquerySchema(table)),
      labels: { ...labelsOf(settings, "warehouse"), layer: table.layer },
      deletionProtection: settings.protectData,
      ...(partition === undefined
        ? {}
        : {
            timePartitioning: { type: partition.by, field: partition.column },
            requirePartitionFilter: partition.filterRequired,
          }),
      ...(cluster.length === 0 ? {} : { clustering: cluster }),
      ...(settings.customerManagedKeys
        ? { encryptionConfiguration: { kmsKeyName: keyOf(settings) } }
        : {}),
    });
  }
}
