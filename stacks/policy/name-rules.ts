import type { Rule } from "./rule.ts";

/** Where a resource says its name, and what Google Cloud takes for one. */
const legalNames: Record<string, { attribute: string; legal: RegExp; says: string }> = {
  google_storage_bucket: {
    attribute: "name",
    legal: /^(?!goog)(?!.*google)(?!.*\.\.)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/,
    says: "3 to 63 small letters, digits, hyphens, underscores or dots, without google in it",
  },
  google_bigquery_dataset: {
    attribute: "dataset_id",
    legal: /^\w{1,1024}$/,
    says: "letters, digits and underscores",
  },
  google_bigquery_table: {
    attribute: "table_id",
    legal: /^\w{1,1024}$/,
    says: "letters, digits and underscores",
  },
  google_dataproc_cluster: {
    attribute: "name",
    legal: /^[a-z]([a-z0-9-]{0,49}[a-z0-9])?$/,
    says: "at most 51 small letters, digits and hyphens, a letter first",
  },
  google_service_account: {
    attribute: "account_id",
    legal: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
    says: "6 to 30 small letters, digits and hyphens, a letter first",
  },
  google_project_iam_custom_role: {
    attribute: "role_id",
    legal: /^[a-zA-Z0-9_.]{3,64}$/,
    says: "3 to 64 letters, digits, underscores and dots",
  },
};

const neededLabels = ["platform", "environment", "component"];

/** What things are called. */
export const nameRules: Rule[] = [
  {
    name: "legal names",
    fault: ({ type, attributes }) => {
      const rule = legalNames[type];
      if (rule === undefined) return undefined;
      const name = String(attributes[rule.attribute]);
      return rule.legal.test(name)
        ? undefined
        : `${rule.attribute} "${name}" is refused by Google Cloud, which takes ${rule.says}`;
    },
  },
  {
    name: "labels",
    fault: ({ attributes, labels: place }) => {
      if (place === undefined) return undefined;
      const labels = (attributes[place] ?? {}) as Record<string, string>;
      const missing = neededLabels.filter((label) => !(label in labels));
      return missing.length === 0
        ? undefined
        : `without ${missing.join(", ")} its cost belongs to nobody: use labelsOf`;
    },
  },
];
