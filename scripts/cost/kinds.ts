import type { PriceName } from "./prices.ts";

/** Whether a type of resource has a price, and why. */
export type Kind =
  | { bill: "priced" | "free"; why: string }
  /** It costs, by an amount that nobody knows beforehand. */
  | { bill: "unknown"; why: string; price: PriceName };

const grant: Kind = { bill: "free", why: "grants are free" };

/**
 * What each type of resource costs. A type that the stacks begin to make is added here; until then the
 * estimate says that it does not know it.
 */
export const kinds: Readonly<Record<string, Kind>> = {
  google_bigquery_dataset: { bill: "free", why: "its tables cost" },
  google_bigquery_table: { bill: "priced", why: "by what it holds and what queries scan" },
  google_billing_budget: { bill: "free", why: "budgets are free" },
  google_cloud_quotas_quota_preference: { bill: "free", why: "a bound on what others cost" },
  google_compute_firewall: { bill: "unknown", why: "what its log takes", price: "network_logs" },
  google_compute_network: { bill: "free", why: "what stands in it costs" },
  google_compute_subnetwork: {
    bill: "unknown",
    why: "what its flow log takes",
    price: "network_logs",
  },
  google_dataproc_autoscaling_policy: { bill: "free", why: "the machines that it adds cost" },
  google_dataproc_cluster: { bill: "priced", why: "by the time that its machines are there" },
  google_iam_workload_identity_pool_provider: { bill: "free", why: "identities are free" },
  google_kms_crypto_key: { bill: "priced", why: "by its versions" },
  google_kms_crypto_key_iam_member: grant,
  google_monitoring_notification_channel: { bill: "free", why: "e-mails are free" },
  google_project_iam_custom_role: { bill: "free", why: "roles are free" },
  google_project_iam_member: grant,
  google_service_account: { bill: "free", why: "accounts are free" },
  google_service_account_iam_member: grant,
  google_storage_bucket: { bill: "priced", why: "by the files in it" },
  google_storage_bucket_iam_member: grant,
};
