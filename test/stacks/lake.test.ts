import { expect } from "chai";

import type { Settings } from "../../settings/settings.ts";
import { devWith, resourcesOf, type Synthesized } from "../support/stacks.ts";

async function bucketsOf(
  settings: Settings,
): Promise<Record<"lake" | "drop" | "scratch", Synthesized>> {
  const buckets = (await resourcesOf(settings)).filter(
    ({ type }) => type === "google_storage_bucket",
  );
  const named = (end: string) =>
    buckets.find(({ attributes }) => String(attributes["name"]).endsWith(end))!;
  return { lake: named("-lake"), drop: named("-drop"), scratch: named("-scratch") };
}

interface LifecycleRule {
  action: { type: string; storage_class?: string };
  condition: Record<string, unknown>;
}

describe("the lake", () => {
  it("is three buckets that nobody outside can read", async () => {
    for (const { attributes } of Object.values(await bucketsOf(await devWith()))) {
      expect(attributes).to.include({
        location: "US-CENTRAL1",
        uniform_bucket_level_access: true,
        public_access_prevention: "enforced",
      });
      expect(attributes["labels"]).to.deep.equal({
        owner: "film-data",
        platform: "marquee",
        environment: "dev",
        component: "lake",
        managed_by: "terraform",
      });
    }
  });

  it("keeps what is replaced once, as a version, and not once more by soft delete", async () => {
    const { lake } = await bucketsOf(await devWith());
    expect(lake.attributes["versioning"]).to.deep.equal({ enabled: true });
    expect(lake.attributes["soft_delete_policy"]).to.deep.equal({ retention_duration_seconds: 0 });
  });

  /** What is deleted though nobody deleted it: by prefix, after how many days. */
  const cleared = ({ attributes }: Synthesized): unknown[] =>
    (attributes["lifecycle_rule"] as LifecycleRule[])
      .filter(({ action, condition }) => action.type === "Delete" && "age" in condition)
      .map(({ condition }) => [condition["matches_prefix"], condition["age"]]);
  /** After how many days an older version goes. */
  const forgotten = ({ attributes }: Synthesized): unknown[] =>
    (attributes["lifecycle_rule"] as LifecycleRule[])
      .filter(({ action, condition }) => action.type === "Delete" && !("age" in condition))
      .map(({ condition }) => {
        expect(condition["with_state"]).to.equal("ARCHIVED");
        return [condition["matches_prefix"], condition["days_since_noncurrent_time"]];
      });

  it("deletes of what lives only unfinished work, what was dropped, and Spark's scratch", async () => {
    const { lake, drop, scratch } = await bucketsOf(await devWith());
    expect(cleared(lake)).to.deep.equal([[["work/"], 3]]);
    expect(cleared(drop)).to.deep.equal([[undefined, 30]]);
    expect(cleared(scratch)).to.deep.equal([[undefined, 14]]);
  });

  it("keeps older versions for the days of the settings, of temporary files for one", async () => {
    const { lake, drop, scratch } = await bucketsOf(await devWith());
    expect(forgotten(lake)).to.deep.equal([
      [["work/"], 1],
      [undefined, 7],
    ]);
    expect(forgotten(drop)).to.deep.equal([[undefined, 7]]);
    expect(forgotten(scratch)).to.deep.equal([[undefined, 1]]);
  });

  it("makes raw files cheaper to keep", async () => {
    const { lake } = await bucketsOf(await devWith());
    const rules = lake.attributes["lifecycle_rule"] as LifecycleRule[];
    expect(rules.find(({ action }) => action.type === "SetStorageClass")).to.deep.equal({
      action: { type: "SetStorageClass", storage_class: "NEARLINE" },
      condition: { age: 30, matches_prefix: ["raw/"], with_state: "LIVE" },
    });
  });

  it("is protected and encrypted with our key where the settings say so", async () => {
    const dev = await devWith();
    const open = await bucketsOf(dev);
    expect(open.lake.attributes).to.include({ force_destroy: true });
    expect(open.lake.attributes).not.to.have.property("encryption");
    const closed = await bucketsOf({ ...dev, protectData: true, customerManagedKeys: true });
    for (const { attributes } of Object.values(closed)) {
      expect(attributes["force_destroy"]).to.equal(false);
      expect(attributes["lifecycle"]).to.deep.equal({ prevent_destroy: true });
      expect(attributes["encryption"]).to.deep.equal({
        default_kms_key_name:
          "projects/example-marquee-dev/locations/us-central1/keyRings/marquee-dev-keys/cryptoKeys/marquee-dev-data",
      });
    }
  });
});
