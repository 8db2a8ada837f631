import { at, type Resource, type Rule } from "./rule.ts";

/** What holds data, and where it says which key encrypts it. */
const keyPlaces: Record<string, string[]> = {
  google_storage_bucket: ["encryption", "default_kms_key_name"],
  google_bigquery_dataset: ["default_encryption_configuration", "kms_key_name"],
  google_bigquery_table: ["encryption_configuration", "kms_key_name"],
  google_dataproc_cluster: ["cluster_config", "encryption_config", "kms_key_name"],
};

/** Types of resources that hold data: a plan may not replace or destroy one without the second key. */
export const dataTypes: readonly string[] = [
  "google_storage_bucket",
  "google_bigquery_dataset",
  "google_bigquery_table",
  "google_kms_crypto_key",
];

const mostClusterColumns = 4;

/** What would lose data, or cost more than it must. */
export const dataRules: Rule[] = [
  {
    name: "data is protected",
    fault: ({ type, attributes }, { protectData }) => {
      if (!protectData || !dataTypes.includes(type)) return undefined;
      if (type === "google_bigquery_table") {
        return attributes["deletion_protection"] === true
          ? undefined
          : "the table could be deleted: set deletionProtection";
      }
      return at(attributes, "lifecycle", "prevent_destroy") === true
        ? undefined
        : "it could be destroyed with all that it holds: set lifecycle.preventDestroy";
    },
  },
  {
    name: "encrypted with our key",
    fault: ({ type, attributes }, { customerManagedKeys }) => {
      const place = keyPlaces[type];
      if (!customerManagedKeys || place === undefined) return undefined;
      return typeof at(attributes, ...place) === "string"
        ? undefined
        : `the settings ask for a key of the project's own: give it ${place.join(".")}`;
    },
  },
  {
    name: "partition is a column",
    fault: ({ type, attributes }) => {
      if (type !== "google_bigquery_table") return undefined;
      const field = at(attributes, "time_partitioning", "field");
      if (typeof field !== "string") return undefined;
      const column = columnsOf(attributes).find(({ name }) => name === field);
      if (column === undefined) {
        return `partitions go by ${field}, which is no column of the schema: name one`;
      }
      return ["DATE", "TIMESTAMP", "DATETIME"].includes(column.type)
        ? undefined
        : `partitions go by ${column.name}, a ${column.type}: only days and instants have months`;
    },
  },
  {
    name: "clusters are columns",
    fault: ({ type, attributes }) => {
      if (type !== "google_bigquery_table") return undefined;
      const clustering = (attributes["clustering"] ?? []) as string[];
      if (clustering.length > mostClusterColumns) {
        return `clustered by ${clustering.length} columns: BigQuery takes ${mostClusterColumns}`;
      }
      const known = columnsOf(attributes).map(({ name }) => name);
      const unknown = clustering.find((name) => !known.includes(name));
      return unknown === undefined
        ? undefined
        : `clustered by ${unknown}, which is no column of the schema: name one`;
    },
  },
];

function columnsOf({ schema }: Resource["attributes"]): { name: string; type: string }[] {
  return typeof schema === "string" ? (JSON.parse(schema) as { name: string; type: string }[]) : [];
}
