import { expect } from "chai";

import type { Settings } from "../../settings/settings.ts";
import { devWith, resourcesOf, type Synthesized } from "../support/stacks.ts";

async function bucketsOf(settings: Settings): Promise<Record<"lake" | "drop", Synthesized>> {
  const buckets = (await resourcesOf(settings)).filter(
    ({ type }) => type === "google_storage_bucket",
  );
  const named = (end: string) =>
    buckets.find(({ attributes }) => String(attributes["name"]).endsWith(end))!;
  return { lake: named("-lake"), drop: named("-drop") };
}

interface LifecycleRule {
  action: { type: string; storage_class?: string };
  condition: Record<string, unknown>;
}

describe("the lake", () => {
  it("is two buckets that nobody outside can read", async () => {
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

  it("clears temporary folders in days, and their versions a day later", async () => {
    const { lake } = await bucketsOf(await devWith());
    const rules = lake.attributes["lifecycle_rule"] as LifecycleRule[];
    const ofWork = rules.filter(({ condition }) =>
      (condition["matches_prefix"] as string[] | undefined)?.includes("work/"),
    );
    expect(ofWork.map(({ action }) => action.type)).to.deep.equal(["Delete", "Delete"]);
    expect(ofWork.map(({ condition }) => condition["age"])).to.deep.equal([3, undefined]);
    expect(ofWork[1]!.condition).to.include({
      days_since_noncurrent_time: 1,
      with_state: "ARCHIVED",
    });
  });

  it("deletes nothing that lives elsewhere, whatever its age", async () => {
    const { lake } = await bucketsOf(await devWith());
    const rules = lake.attributes["lifecycle_rule"] as LifecycleRule[];
    for (const { action, condition } of rules) {
      if (action.type !== "Delete") continue;
      const spares = condition["with_state"] === "ARCHIVED" || "matches_prefix" in condition;
      expect(spares, JSON.stringify(condition)).to.equal(true);
    }
    const nearline = rules.find(({ action }) => action.type === "SetStorageClass");
    expect(nearline).to.deep.equal({
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
