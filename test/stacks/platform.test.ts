import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { readSettings } from "../../settings/read-settings.ts";
import { stacksOf } from "../../stacks/platform.ts";
import { catalog } from "../support/catalog.ts";
import { withFolder } from "../support/folder.ts";
import { root, runProgram } from "../support/program.ts";
import { countsOf, devWith, jsonOf, resourcesOf } from "../support/stacks.ts";

/** What every environment has; tables are counted from the catalogue. */
const everywhere = {
  google_bigquery_dataset: 4,
  google_cloud_quotas_quota_preference: 1,
  google_compute_firewall: 1,
  google_compute_network: 1,
  google_compute_subnetwork: 1,
  google_dataproc_cluster: 1,
  google_iam_workload_identity_pool_provider: 1,
  google_monitoring_notification_channel: 1,
  google_billing_budget: 1,
  google_project_iam_custom_role: 2,
  google_service_account: 4,
  google_service_account_iam_member: 3,
  google_storage_bucket: 3,
  google_storage_bucket_iam_member: 9,
};

describe("the platform", () => {
  it("has as many resources of each type as we expect of dev", async () => {
    expect(countsOf(await resourcesOf(await readSettings("dev")))).to.deep.equal({
      ...everywhere,
      google_bigquery_table: (await catalog()).tables.length,
      google_project_iam_member: 13,
    });
  });

  it("has as many resources of each type as we expect of prod", async () => {
    expect(countsOf(await resourcesOf(await readSettings("prod")))).to.deep.equal({
      ...everywhere,
      google_bigquery_table: (await catalog()).tables.length,
      google_dataproc_autoscaling_policy: 1,
      google_kms_crypto_key: 1,
      google_kms_crypto_key_iam_member: 4,
      // The planner reads the key's rotation too.
      google_project_iam_member: 14,
    });
  });

  it("keeps each stack's state apart, in the bucket of the settings", async () => {
    const prefixes = Object.values(await jsonOf(await devWith())).map(({ terraform }) => {
      expect(terraform.backend.gcs.bucket).to.equal("example-marquee-state");
      return terraform.backend.gcs.prefix;
    });
    expect(prefixes).to.have.members([
      "example-marquee-dev/marquee-dev-identity",
      "example-marquee-dev/marquee-dev-data",
      "example-marquee-dev/marquee-dev-compute",
      "example-marquee-dev/marquee-dev-operations",
    ]);
  });

  it("lets no stack read another's state, so that all can be planned before any is applied", async () => {
    for (const json of Object.values(await jsonOf(await readSettings("prod")))) {
      expect(json).not.to.have.property("data");
      expect(JSON.stringify(json)).not.to.include("terraform_remote_state");
    }
  });

  it("says names, addresses and the dashboard's link", async () => {
    const said = async (changes = {}) =>
      Object.assign(
        {},
        ...Object.values(await jsonOf(await devWith(changes))).map(({ output }) => output ?? {}),
      ) as Record<string, { value: unknown }>;
    const outputs = await said();
    expect(outputs["lake"]!.value).to.equal("gs://example-marquee-dev-marquee-dev-lake");
    expect(outputs["spark_console"]!.value).to.match(/dataproc\/clusters\/marquee-dev-spark/);
    const links = outputs["dashboard"]!.value as Record<string, string>;
    const withTiles = (await catalog()).tables.filter(({ tiles }) => tiles.length > 0);
    expect(Object.keys(links)).to.have.members(withTiles.map(({ name }) => name));
    expect(links["genre_earnings"]).to.match(
      /datasetId=marquee_dev_marts&.*tableId=genre_earnings/,
    );
    const { dashboard } = await said({ lookerReport: "abc" });
    expect((dashboard!.value as { report: string }).report).to.include("c.reportId=abc");
  });

  it("deploys accounts and keys before what needs them", async () => {
    expect(stacksOf(await readSettings("prod"))).to.deep.equal([
      "marquee-prod-keys",
      "marquee-prod-identity",
      "marquee-prod-data",
      "marquee-prod-compute",
      "marquee-prod-operations",
    ]);
    expect(stacksOf(await devWith())).not.to.include("marquee-dev-keys");
  });
});

describe("npm run synth", () => {
  /** Every file that a synthesis writes, by its hash. */
  async function synthesized(folder: string, env: string): Promise<Record<string, string>> {
    const out = path.join(folder, `${env}-${String(Math.random())}`);
    const { code, stderr } = await runProgram("scripts/synth.ts", ["--env", env], {
      env: { ...process.env, CDKTF_OUTDIR: out },
    });
    expect([code, stderr]).to.deep.equal([0, ""]);
    const files = await readdir(out, { recursive: true, withFileTypes: true });
    const hashes: Record<string, string> = {};
    for (const file of files.filter((each) => each.isFile())) {
      const whole = path.join(file.parentPath, file.name);
      const text = await readFile(whole, "utf8");
      expect(text, "a path of this machine").not.to.include(root);
      hashes[path.relative(out, whole)] = createHash("sha256").update(text).digest("hex");
    }
    return hashes;
  }

  it("writes the same bytes twice, and none of this machine's paths", async () => {
    await withFolder(async (folder) => {
      for (const env of ["dev", "prod"]) {
        const first = await synthesized(folder, env);
        expect(Object.keys(first)).to.include("manifest.json");
        expect(Object.keys(first)).to.include(
          path.join("stacks", `marquee-${env}-data`, "cdk.tf.json"),
        );
        expect(await synthesized(folder, env)).to.deep.equal(first);
      }
    });
  });
});
