import { BillingBudget } from "@cdktf/provider-google/lib/billing-budget/index.js";
import { CloudQuotasQuotaPreference } from "@cdktf/provider-google/lib/cloud-quotas-quota-preference/index.js";
import { MonitoringNotificationChannel } from "@cdktf/provider-google/lib/monitoring-notification-channel/index.js";
import { Construct } from "constructs";

import { namesOf } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";
import { labelsOf } from "./labels.ts";

/** What guards the bill: a bound on what queries scan, and a budget that writes e-mails. */
export class Operations extends Construct {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { project, alertEmail, dailyQueryGibibytes, budget } = settings;
    const names = namesOf(settings);
    // Looker Studio cannot be told how much a query may scan; the project can.
    new CloudQuotasQuotaPreference(this, "query-bytes", {
      parent: `projects/${project.id}`,
      name: names.queryQuota,
      service: "bigquery.googleapis.com",
      quotaId: "QueryUsagePerDay",
      // It counts MiB, https://cloud.google.com/bigquery/quotas; a project starts far above this.
      quotaConfig: { preferredValue: String(dailyQueryGibibytes * 1024) },
      ignoreSafetyChecks: "QUOTA_DECREASE_PERCENTAGE_TOO_HIGH",
    });
    const channel = new MonitoringNotificationChannel(this, "e-mail", {
      displayName: `${names.base} alerts`,
      type: "email",
      labels: { email_address: alertEmail },
      userLabels: labelsOf(settings, "operations"),
    });
    if (budget === undefined) return;
    new BillingBudget(this, "budget", {
      billingAccount: budget.billingAccount,
      displayName: names.base,
      budgetFilter: { projects: [`projects/${project.number}`] },
      amount: {
        specifiedAmount: { currencyCode: budget.currency, units: String(budget.monthly) },
      },
      thresholdRules: [
        ...[0.5, 0.9, 1].map((thresholdPercent) => ({ thresholdPercent })),
        { thresholdPercent: 1, spendBasis: "FORECASTED_SPEND" },
      ],
      allUpdatesRule: { monitoringNotificationChannels: [channel.id] },
    });
  }
}
