import { expect } from "chai";

import { devWith, resourcesOf, type Synthesized } from "../support/stacks.ts";

async function only(type: string, changes = {}): Promise<Synthesized["attributes"]> {
  const found = (await resourcesOf(await devWith(changes))).filter((each) => each.type === type);
  expect(found, type).to.have.length(1);
  return found[0]!.attributes;
}

describe("federation with GitHub", () => {
  it("lets in one repository, told by number, and tells by the event who it may be", async () => {
    const provider = await only("google_iam_workload_identity_pool_provider");
    expect(provider["attribute_condition"]).to.equal(
      "assertion.repository_owner_id == '1234567' && assertion.repository_id == '123456789'",
    );
    const mapping = provider["attribute_mapping"] as Record<string, string>;
    expect(mapping["attribute.duty"]).to.equal(
      "assertion.event_name == 'push' && assertion.ref == 'refs/heads/main' ? 'deployer' : assertion.event_name == 'pull_request' ? 'planner' : 'nobody'",
    );
    expect(provider["workload_identity_pool_id"]).to.equal("marquee-dev-github");
  });
});

describe("keys", () => {
  it("turn within 90 days, stand beside the data, and are destroyed by nobody", async () => {
    const key = await only("google_kms_crypto_key", { customerManagedKeys: true });
    const seconds = Number.parseInt(String(key["rotation_period"]), 10);
    expect(seconds)
      .to.be.above(0)
      .and.at.most(90 * 24 * 60 * 60);
    expect(key["key_ring"]).to.equal(
      "projects/example-marquee-dev/locations/us-central1/keyRings/marquee-dev-keys",
    );
    expect(key["lifecycle"]).to.deep.equal({ prevent_destroy: true });
  });

  it("are not made where nobody asks for them", async () => {
    const types = (await resourcesOf(await devWith())).map(({ type }) => type);
    expect(types.filter((type) => type.startsWith("google_kms"))).to.deep.equal([]);
  });
});

describe("operations", () => {
  it("bound what all queries of a day scan", async () => {
    const quota = await only("google_cloud_quotas_quota_preference", { dailyQueryGibibytes: 2 });
    expect(quota).to.include({ service: "bigquery.googleapis.com", quota_id: "QueryUsagePerDay" });
    // The quota is told in MiB: 2 GiB are 2,048 of them.
    expect(quota["quota_config"]).to.deep.equal({ preferred_value: "2048" });
  });

  it("write an e-mail before the budget is spent", async () => {
    const budget = await only("google_billing_budget");
    expect(budget["budget_filter"]).to.deep.equal({ projects: ["projects/123456789012"] });
    expect(budget["amount"]).to.deep.equal({
      specified_amount: { currency_code: "USD", units: "50" },
    });
    const rules = budget["threshold_rules"] as { threshold_percent: number }[];
    expect(rules.map((rule) => rule.threshold_percent)).to.deep.equal([0.5, 0.9, 1, 1]);
    const channel = await only("google_monitoring_notification_channel");
    expect(channel["labels"]).to.deep.equal({ email_address: "film-data@example.com" });
  });

  it("do without a budget where somebody else watches the bill", async () => {
    const types = (await resourcesOf(await devWith({ budget: undefined }))).map(({ type }) => type);
    expect(types).not.to.include("google_billing_budget");
  });
});
