import { BigqueryDataset } from "@cdktf/provider-google/lib/bigquery-dataset/index.js";
import { BigqueryTable } from "@cdktf/provider-google/lib/bigquery-table/index.js";
import { ComputeAddress } from "@cdktf/provider-google/lib/compute-address/index.js";
import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall/index.js";
import { ComputeInstance } from "@cdktf/provider-google/lib/compute-instance/index.js";
import { DataprocCluster } from "@cdktf/provider-google/lib/dataproc-cluster/index.js";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account/index.js";
import { ServiceAccountKey } from "@cdktf/provider-google/lib/service-account-key/index.js";
import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket/index.js";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member/index.js";
import { expect } from "chai";

import type { Settings } from "../../settings/settings.ts";
import { labelsOf } from "../../stacks/labels.ts";
import { rules } from "../../stacks/policy/rules.ts";
import { MarqueeError } from "../../errors.ts";
import { synthesize } from "../../stacks/synthesize.ts";
import { catalog } from "../support/catalog.ts";
import { withFolder } from "../support/folder.ts";
import {
  bucket,
  type Build,
  cluster,
  goodBucket,
  goodCluster,
  goodTable,
  grant,
  labels,
  synthesis,
  table,
} from "../support/policy.ts";
import { devWith } from "../support/stacks.ts";

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
    "encrypted with our key",
    /give it encryption_configuration/,
    table({}),
    { customerManagedKeys: true },
  ],
  [
    "encrypted with our key",
    /default_encryption_configuration/,
    (stack) =>
      new BigqueryDataset(stack, "x", {
        datasetId: "d",
        labels,
        access: [{ role: "OWNER", specialGroup: "projectOwners" }],
      }),
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
  [
    "labels",
    /without platform, environment, component/,
    (stack) => new ComputeAddress(stack, "x", { name: "a", addressType: "INTERNAL" }),
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

  it("is not switched off by the variable that cdktf has for it", async () => {
    const settings = await devWith({ project: { id: "my-google-films", number: 1 } });
    await withFolder(async (folder) => {
      process.env["CDKTF_OUTDIR"] = folder;
      process.env["CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS"] = "true";
      try {
        const tables = await catalog();
        expect(() => synthesize(settings, tables)).to.throw(
          MarqueeError,
          /^\[marquee-dev-data\/lake\/lake\] legal names: .*; \[marquee-dev-data\/lake\/drop\]/,
        );
      } finally {
        delete process.env["CDKTF_OUTDIR"];
        delete process.env["CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS"];
      }
    });
  });

  it("tells all faults at once, a line each", async () => {
    const message = await synthesis((stack) => {
      new StorageBucket(stack, "x", { ...goodBucket, name: "Films", labels: {} });
    });
    expect(message.split("\n").filter((line) => line.startsWith("["))).to.have.length(2);
  });
});
