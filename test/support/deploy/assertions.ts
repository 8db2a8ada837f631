import { resourcesOf, type StackJson } from "./rewriting.ts";

/** What must hold of a resource of a type, in Terraform's own words; `this` is its address. */
const promises: Record<string, Record<string, string>> = {
  google_storage_bucket: {
    "is not public": 'this.public_access_prevention == "enforced"',
    "has no grants on single objects": "this.uniform_bucket_level_access",
    "keeps older versions": "this.versioning[0].enabled",
    "deletes something by age": "length(this.lifecycle_rule) > 0",
  },
  google_bigquery_dataset: {
    "is not open to everybody":
      'alltrue([for each in this.access : !contains(["allUsers", "allAuthenticatedUsers"], coalesce(each.special_group, each.iam_member, "-"))])',
    "has an owner": 'anytrue([for each in this.access : each.role == "OWNER"])',
  },
  google_bigquery_table: {
    "has columns": "length(jsondecode(this.schema)) > 0",
    // Neither validate nor plan looks whether there is such a column.
    "is partitioned by a column that it has":
      "alltrue([for each in this.time_partitioning : contains(jsondecode(this.schema)[*].name, each.field)])",
    "is clustered by columns that it has":
      "alltrue([for each in coalesce(this.clustering, []) : contains(jsondecode(this.schema)[*].name, each)])",
  },
  google_dataproc_cluster: {
    "has no outside address": "this.cluster_config[0].gce_cluster_config[0].internal_ip_only",
    "is deleted when idle, not before ten minutes":
      'tonumber(trimsuffix(this.cluster_config[0].lifecycle_config[0].idle_delete_ttl, "s")) >= 600',
  },
  google_compute_network: {
    "has no subnetworks but its own": "!this.auto_create_subnetworks",
  },
  google_compute_subnetwork: {
    "reaches Google without an outside address": "this.private_ip_google_access",
  },
  google_kms_crypto_key: {
    "is renewed": "this.rotation_period != null",
  },
  google_project_iam_member: {
    "gives no primitive role":
      '!contains(["roles/owner", "roles/editor", "roles/viewer"], this.role)',
  },
  google_billing_budget: {
    "tells somebody": "length(this.all_updates_rule) > 0",
  },
};

/** A test for `terraform test`: it plans a stack with a provider that is a mock. */
export interface MockTest {
  mock_provider: { google: object };
  run: { plan: { command: "plan"; assert: { condition: string; error_message: string }[] } };
}

/** The promises that hold for a stack's resources. */
export function mockTestOf(stack: StackJson): MockTest {
  const assert = resourcesOf(stack).flatMap(({ address, type }) =>
    Object.entries(promises[type] ?? {}).map(([promise, condition]) => ({
      condition: `\${${condition.replaceAll(/\bthis\b/g, address)}}`,
      error_message: `broken: ${address} ${promise}`,
    })),
  );
  return { mock_provider: { google: {} }, run: { plan: { command: "plan", assert } } };
}
