import { expect } from "chai";

import {
  askingFor,
  onDoubles,
  onlyOf,
  resourcesOf,
  type StackJson,
  withLocalState,
} from "../support/deploy/rewriting.ts";

const stack: StackJson = {
  terraform: {
    backend: { gcs: { bucket: "state" } },
    required_providers: { google: { source: "google", version: "6.50.0" } },
  },
  provider: { google: [{ project: "example" }] },
  resource: {
    google_compute_subnetwork: { subnetwork_1: { name: "spark" } },
    google_storage_bucket: { lake_1: { name: "lake" } },
    google_dataproc_cluster: {
      cluster_1: {
        subnetwork: "${google_compute_subnetwork.subnetwork_1.self_link}",
        bucket: "${google_storage_bucket.lake_1.name}",
      },
    },
  },
  output: { subnetwork: { value: "${google_compute_subnetwork.subnetwork_1.self_link}" } },
};

describe("a stack rewritten for a test", () => {
  it("keeps its state beside it", () => {
    expect(withLocalState(stack).terraform).to.have.all.keys("required_providers");
    expect(stack.terraform.backend, "the original").to.exist;
  });

  it("asks for another version", () => {
    const { google } = askingFor(stack, "7.1.0").terraform.required_providers;
    expect(google).to.deep.equal({ source: "google", version: "7.1.0" });
  });

  it("speaks to doubles alone", () => {
    const [google = {}] = onDoubles(stack, "http://127.0.0.1:1").provider.google;
    expect(google["project"]).to.equal("example");
    const endpoints = Object.entries(google).filter(([name]) => name.endsWith("_custom_endpoint"));
    expect(endpoints).to.have.length.above(3);
    for (const [name, address] of endpoints) {
      expect(address, name).to.match(/^http:\/\/127\.0\.0\.1:1\/.+\/v\d\/$/);
    }
  });

  it("knows what was left out by its name alone", () => {
    const part = onlyOf(stack, ["google_dataproc_cluster", "google_storage_bucket"]);
    expect(resourcesOf(part).map(({ address }) => address)).to.deep.equal([
      "google_storage_bucket.lake_1",
      "google_dataproc_cluster.cluster_1",
    ]);
    expect(part.resource["google_dataproc_cluster"]?.["cluster_1"]).to.deep.equal({
      subnetwork: "projects/left-out/regions/left-out/subnetworks/subnetwork_1",
      bucket: "${google_storage_bucket.lake_1.name}",
    });
    expect(part).not.to.have.property("output");
  });
});
