import { BigqueryDataset } from "@cdktf/provider-google/lib/bigquery-dataset/index.js";
import { BigqueryTable } from "@cdktf/provider-google/lib/bigquery-table/index.js";
import { ComputeAddress } from "@cdktf/provider-google/lib/compute-address/index.js";
import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall/index.js";
import { ComputeInstance } from "@cdktf/provider-google/lib/compute-instance/index.js";
import { DataprocCluster } from "@cdktf/provider-google/lib/dataproc-cluster/index.js";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member/index.js";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account/index.js";
import { ServiceAccountKey } from "@cdktf/provider-google/lib/service-account-key/index.js";
import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket/index.js";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member/index.js";
import { Testing } from "cdktf";
import { expect } from "chai";

import type { Settings } from "../../settings/settings.ts";
import { EnvironmentStack } from "../../stacks/environment-stack.ts";
import { labelsOf } from "../../stacks/labels.ts";
import { rules } from "../../stacks/policy/rules.ts";
import { devWith } from "../support/stacks.ts";

type Build = (stack: EnvironmentStack) => void;

/** What synthesis says of a stack with this in it; nothing where it is content. */
async function synthesis(build: Build, changes: Partial<Settings> = {}): Promise<string> {
  const settings = await devWith(changes);
  const app = Testing.app();
  build(new EnvironmentStack(app, "data", settings));
  try {
    app.synth();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const labels = { platform: "p", environment: "e", component: "c" };
const goodBucket = {
  name: "films-lake",
  location: "US-CENTRAL1",
  uniformBucketLevelAccess: true,
  publicAccessPrevention: "enforced",
  labels,
};
const goodTable = {
  datasetId: "films",
  tableId: "ratings",
  labels,
  schema: JSON.stringify([
    { name: "rated_month", type: "DATE" },
    { name: "stars", type: "FLOAT" },
  ]),
};
const goodCluster = (config: object) => ({
  name: "films",
  labels,
  clusterConfig: {
    gceClusterConfig: { internalIpOnly: true },
    lifecycleConfig: { idleDeleteTtl: "600s" },
    ...config,
  },
});
const grant = (member: string, role: string): Build => {
  return (stack) => new ProjectIamMember(stack, "x", { project: "p", member, role });
};
const bucket =
  (changes: object): Build =>
  (stack) =>
    new StorageBucket(stack, "x", { ...goodBucket, ...changes });
const table =
  (changes: object): Build =>
  (stack) =>
    new BigqueryTable(stack, "x", { ...goodTable, ...changes });
const cluster =
  (config: object, changes: object = {}): Build =>
  (stack) =>
    new DataprocCluster(stack, "x", { ...goodCluster(config), ...changes });

const broken: [rule: string, says: RegExp, build: Build, changes?: Partial<Settings>][] = [
  ["no public access", /could be made public/, bucket({ publicAccessPrevention: "inherited" })],
  ["no public access", /single objects/, bucket({ uniformBucketLevelAccess: false })],
  [
    "no public access",
    /allUsers would let everybody in/,
    (stack) =>
      new StorageBucketIamMember(stack, "x", { bucket: "b", member: "allUsers", role: "roles/x" }),
  ],
  [
    "no public access",
    /allAuthenticatedUsers/,
    (stack) =>
      new BigqueryDataset(stack, "x", {
        datasetId: "d",
        labels,
        access: [{ role: "READER", specialGroup: "allAuthenticatedUsers" }],
      }),
  ],
  [
    "no public access",
    /everybody could knock/,
    (stack) =>
      new ComputeFirewall(stack, "x", {
        name: "a",
        network: "n",
        sourceRanges: ["10.0.0.0/8", "0.0.0.0/0"],
        allow: [{ protocol: "tcp" }],
      }),
  ],
  ["no primitive roles", /roles\/editor opens/, grant("user:a@b.c", "roles/editor")],
  [
    "no tokens for others",
    /lets one account be every other/,
    grant("user:a@b.c", "roles/iam.serviceAccountTokenCreator"),
  ],
  [
    "no keys of accounts",
    /workload identity/,
    (stack) => new ServiceAccountKey(stack, "x", { serviceAccountId: "runner" }),
  ],
  [
    "explicit access",
    /every reader of the project/,
    (stack) => new BigqueryDataset(stack, "x", { datasetId: "d", labels }),
  ],
  ["idle clusters go", /stand for ever/, cluster({ lifecycleConfig: {} })],
  [
    "idle clusters go",
    /refuses an idle time of 599s/,
    cluster({ lifecycleConfig: { idleDeleteTtl: "599s" } }),
  ],
  [
    "no external addresses",
    /internalIpOnly/,
    cluster({ gceClusterConfig: { internalIpOnly: false } }),
  ],
  [
    "no external addresses",
    /is a way in/,
    (stack) => new ComputeAddress(stack, "x", { name: "a" }),
  ],
  [
    "no external addresses",
    /leave accessConfig out/,
    (stack) =>
      new ComputeInstance(stack, "x", {
        name: "a",
        machineType: "e2-small",
        bootDisk: {},
        networkInterface: [{ network: "n", accessConfig: [{}] }],
      }),
  ],
  ["data is protected", /preventDestroy/, bucket({}), { protectData: true }],
  ["data is protected", /deletionProtection/, table({}), { protectData: true }],
  [
    "encrypted with our key",
    /encryption\.default_kms_key_name/,
    bucket({}),
    { customerManagedKeys: true },
  ],
  [
    "encrypted with our key",
    /cluster_config\.encryption_config/,
    cluster({}),
    { customerManagedKeys: true },
  ],
  [
    "partition is a column",
    /by rated_day, which is no column/,
    table({ timePartitioning: { type: "DAY", field: "rated_day" } }),
  ],
  [
    "partition is a column",
    /by stars, a FLOAT/,
    table({ timePartitioning: { type: "DAY", field: "stars" } }),
  ],
  ["clusters are columns", /by user_id, which is no column/, table({ clustering: ["user_id"] })],
  [
    "clusters are columns",
    /by 5 columns/,
    table({ clustering: ["a", "b", "c", "d", "e"].map(() => "stars") }),
  ],
  ["legal names", /"Films" is refused/, bucket({ name: "Films" })],
  ["legal names", /"goog-films" is refused/, bucket({ name: "goog-films" })],
  ["legal names", /"top-films" is refused/, table({ tableId: "top-films" })],
  [
    "legal names",
    /"me" is refused/,
    (stack) => new ServiceAccount(stack, "x", { accountId: "me" }),
  ],
  ["labels", /without component its cost/, bucket({ labels: { platform: "p", environment: "e" } })],
  ["labels", /without platform, environment, component/, cluster({}, { labels: {} })],
];

describe("the policy", () => {
  it("is content with what keeps to it", async () => {
    const { environment } = await devWith();
    expect(environment).to.equal("dev");
    const all: Build = (stack) => {
      new StorageBucket(stack, "bucket", {
        ...goodBucket,
        labels: labelsOf({ labels: {}, prefix: "p", environment } as Settings, "lake"),
      });
      new BigqueryTable(stack, "table", goodTable);
      new DataprocCluster(stack, "cluster", goodCluster({}));
      grant("user:a@b.c", "roles/bigquery.jobUser")(stack);
    };
    expect(await synthesis(all)).to.equal("");
  });

  for (const [rule, says, build, changes] of broken) {
    it(`refuses at synthesis: ${rule} (${says.source})`, async () => {
      const message = await synthesis(build, changes);
      expect(message).to.include(`[marquee-dev-data/x] ${rule}: `);
      expect(message).to.match(says);
    });
  }

  it("is broken here rule by rule", () => {
    expect([...new Set(broken.map(([rule]) => rule))]).to.have.members(
      rules.map(({ name }) => name),
    );
  });

  it("tells all faults at once, a line each", async () => {
    const message = await synthesis((stack) => {
      new StorageBucket(stack, "x", { ...goodBucket, name: "Films", labels: {} });
    });
    expect(message.split("\n").filter((line) => line.startsWith("["))).to.have.length(2);
  });
});
