import { ProjectIamCustomRole } from "@cdktf/provider-google/lib/project-iam-custom-role/index.js";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member/index.js";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account/index.js";
import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";

import { emailOf, namesOf, type Role, roles } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";
import { grantsOn, idOf } from "./grants.ts";

const duties: Record<Role, string> = {
  runner: "Runs the pipeline: fetches, prepares, submits, loads",
  spark: "Is what Spark's machines run as",
  scheduler: "Starts the runner at its time; what it starts gives it its grants",
  deployer: "Deploys main",
  planner: "Plans pull requests and changes nothing",
};

/** What a machine of Dataproc does beside its work, and not one bucket. */
const sparkNodePermissions = [
  ...["create", "delete", "get", "list", "update"].map((verb) => `dataproc.agents.${verb}`),
  ...["lease", "listInvalidatedLeases", "reportStatus"].map((verb) => `dataproc.tasks.${verb}`),
  "logging.logEntries.create",
  ...["create", "get", "list"].map((verb) => `monitoring.metricDescriptors.${verb}`),
  ...["get", "list"].map((verb) => `monitoring.monitoredResourceDescriptors.${verb}`),
  "monitoring.timeSeries.create",
];

/** What serverless nodes ask for on top. */
const sparkBatchPermissions = [
  ...["get", "heartbeat", "list", "mintOAuthToken", "update"].map(
    (verb) => `dataprocrm.nodes.${verb}`,
  ),
  "dataproc.batches.sparkApplicationWrite",
];

const submitterPermissions: Record<Settings["spark"]["mode"], string[]> = {
  cluster: [
    "dataproc.clusters.get",
    "dataproc.clusters.use",
    ...["cancel", "create", "get", "list"].map((verb) => `dataproc.jobs.${verb}`),
  ],
  // A batch is cancelled by way of the operation that it is.
  batch: [
    ...["cancel", "create", "get", "list"].map((verb) => `dataproc.batches.${verb}`),
    "dataproc.operations.cancel",
  ],
};

/** Who acts in the project: an account for each role, without a key, and what it may do there. */
export class Accounts extends Construct {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { accounts, customRoles } = namesOf(settings);
    const { mode } = settings.spark;
    // The deployer's own account is made by the bootstrap: without it nobody deploys.
    const made: ITerraformDependable[] = roles
      .filter((role) => role !== "deployer")
      .map(
        (role) =>
          new ServiceAccount(this, role, {
            accountId: accounts[role],
            displayName: accounts[role],
            description: duties[role],
          }),
      );
    made.push(
      new ProjectIamCustomRole(this, "spark-node", {
        roleId: customRoles.sparkNode,
        title: "Node of Spark",
        description: "roles/dataproc.worker without its right to every bucket",
        permissions: [...sparkNodePermissions, ...(mode === "batch" ? sparkBatchPermissions : [])],
      }),
      new ProjectIamCustomRole(this, "job-submitter", {
        roleId: customRoles.jobSubmitter,
        title: "Submitter of Spark's work",
        description: "Submits, watches and cancels; makes and deletes no cluster",
        permissions: ["dataproc.operations.get", ...submitterPermissions[mode]],
      }),
    );
    this.grant(settings, made);
  }

  private grant(settings: Settings, dependsOn: ITerraformDependable[]): void {
    const { project } = settings;
    for (const grant of grantsOn(settings, "project")) {
      const { member, role } = grant;
      const id = `project-${idOf(grant, settings)}`;
      new ProjectIamMember(this, id, { project: project.id, role, member, dependsOn });
    }
    for (const account of roles) {
      const on = `projects/${project.id}/serviceAccounts/${emailOf(account, settings)}`;
      for (const grant of grantsOn(settings, `account ${account}`)) {
        new ServiceAccountIamMember(this, `account-${account}-${idOf(grant, settings)}`, {
          serviceAccountId: on,
          role: grant.role,
          member: grant.member,
          dependsOn,
        });
      }
    }
  }
}
