import { BigqueryTable } from "@cdktf/provider-google/lib/bigquery-table/index.js";
import { DataprocCluster } from "@cdktf/provider-google/lib/dataproc-cluster/index.js";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member/index.js";
import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket/index.js";
import { Testing } from "cdktf";

import type { Settings } from "../../settings/settings.ts";
import { EnvironmentStack } from "../../stacks/environment-stack.ts";
import { devWith } from "./stacks.ts";

export type Build = (stack: EnvironmentStack) => void;

/** What synthesis says of a stack with this in it; nothing where it is content. */
export async function synthesis(build: Build, changes: Partial<Settings> = {}): Promise<string> {
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

export const labels = { platform: "p", environment: "e", component: "c" };
export const goodBucket = {
  name: "films-lake",
  location: "US-CENTRAL1",
  uniformBucketLevelAccess: true,
  publicAccessPrevention: "enforced",
  labels,
};
export const goodTable = {
  datasetId: "films",
  tableId: "ratings",
  labels,
  schema: JSON.stringify([
    { name: "rated_month", type: "DATE" },
    { name: "stars", type: "FLOAT" },
  ]),
};
export const goodCluster = (config: object) => ({
  name: "films",
  labels,
  clusterConfig: {
    gceClusterConfig: { internalIpOnly: true },
    lifecycleConfig: { idleDeleteTtl: "600s" },
    ...config,
  },
});
export const grant = (member: string, role: string): Build => {
  return (stack) => new ProjectIamMember(stack, "x", { project: "p", member, role });
};
export const bucket =
  (changes: object): Build =>
  (stack) =>
    new StorageBucket(stack, "x", { ...goodBucket, ...changes });
export const table =
  (changes: object): Build =>
  (stack) =>
    new BigqueryTable(stack, "x", { ...goodTable, ...changes });
export const cluster =
  (config: object, changes: object = {}): Build =>
  (stack) =>
    new DataprocCluster(stack, "x", { ...goodCluster(config), ...changes });
