import { BigqueryDataset } from "@cdktf/provider-google/lib/bigquery-dataset/index.js";
import type { BigqueryDatasetAccess } from "@cdktf/provider-google/lib/bigquery-dataset/index.js";
import { Construct } from "constructs";

import { keyOf, layers, namesOf } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";
import type { Layer, Table } from "../sql/catalog/types.ts";
import { type Grant, grantsOn } from "./grants.ts";
import { labelsOf } from "./labels.ts";
import { WarehouseTable } from "./warehouse-table.ts";

const meanings: Record<Layer, string> = {
  staging: "Sources, typed: one row a key",
  core: "What the questions join on",
  marts: "The answers, each behind a tile of the dashboard",
  ops: "What happened: runs, sources, steps, checks, quarantine",
};

/** The tables: a dataset for each layer, in it every table that the catalogue declares. */
export class Warehouse extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { settings, tables }: { settings: Settings; tables: readonly Table[] },
  ) {
    super(scope, id);
    for (const layer of layers) {
      const dataset = this.dataset(layer, settings);
      for (const table of tables.filter((each) => each.layer === layer)) {
        new WarehouseTable(this, `${layer}-${table.name}`, { table, dataset, settings });
      }
    }
  }

  private dataset(layer: Layer, settings: Settings): BigqueryDataset {
    return new BigqueryDataset(this, layer, {
      datasetId: namesOf(settings).datasets[layer],
      location: settings.region,
      description: meanings[layer],
      // Without a list of its own, BigQuery lets every reader of the project in.
      access: grantsOn(settings, `dataset ${layer}`).map(accessOf),
      deleteContentsOnDestroy: !settings.protectData,
      labels: { ...labelsOf(settings, "warehouse"), layer },
      lifecycle: { preventDestroy: settings.protectData },
      ...(settings.customerManagedKeys
        ? { defaultEncryptionConfiguration: { kmsKeyName: keyOf(settings) } }
        : {}),
    });
  }
}

/** A grant as a dataset's list of access writes it. */
function accessOf({ member, role }: Grant): BigqueryDatasetAccess {
  if (member === "projectOwners") return { role, specialGroup: member };
  const [kind, name] = member.split(":");
  if (name === undefined) return { role, iamMember: member };
  if (kind === "group") return { role, groupByEmail: name };
  return kind === "domain" ? { role, domain: name } : { role, userByEmail: name };
}
