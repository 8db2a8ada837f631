import { namesOf, type Role } from "../../settings/names.ts";
import type { Settings } from "../../settings/settings.ts";
import { grantsOn } from "../../stacks/grants.ts";

/** A condition of IAM on a grant. */
export interface Condition {
  title: string;
  expression: string;
}

/** What the bootstrap grants, since nobody could deploy it; all else stands in stacks/grants.ts. */
export interface BootstrapGrant {
  to: Extract<Role, "deployer" | "planner">;
  role: string;
  on: "project" | "state bucket" | "billing account";
  why: string;
  condition?: Condition;
}

/** All that the deployer and the planner hold before anything is deployed. */
export function bootstrapGrants(settings: Settings): BootstrapGrant[] {
  return [
    ...deployerRoles(settings).map((held): BootstrapGrant => ({
      to: "deployer",
      on: "project",
      ...held,
    })),
    {
      to: "deployer",
      role: "roles/storage.objectUser",
      on: "state bucket",
      why: "reads, writes and locks Terraform's state",
    },
    {
      to: "planner",
      role: "roles/storage.objectViewer",
      on: "state bucket",
      why: "reads the state that a plan is compared with, and locks nothing",
    },
    ...(settings.budget === undefined ? [] : billingGrants),
  ];
}

/** What the deployer may do in the project: what the stacks make, and no more. */
export function deployerRoles(
  settings: Settings,
): Pick<BootstrapGrant, "role" | "why" | "condition">[] {
  const { customerManagedKeys, github } = settings;
  const held: Record<string, string> = {
    "roles/storage.admin": "makes the lake and the drop bucket, and says who may use them",
    "roles/bigquery.dataOwner": "makes datasets and tables",
    "roles/bigquery.jobUser": "a column that goes is dropped by a query",
    "roles/dataproc.editor": "makes the cluster and how it grows",
    "roles/compute.networkAdmin": "makes Spark's network",
    "roles/compute.securityAdmin": "makes the network's firewall",
    "roles/iam.serviceAccountAdmin":
      "makes the accounts that things run as, and says who may be them",
    "roles/iam.roleAdmin": "makes the custom roles",
    ...(github === undefined
      ? {}
      : { "roles/iam.workloadIdentityPoolAdmin": "says which pushes GitHub may deploy" }),
    ...(customerManagedKeys
      ? { "roles/cloudkms.admin": "makes the key and says who encrypts with it; decrypts nothing" }
      : {}),
    "roles/monitoring.notificationChannelEditor": "makes the address that alerts go to",
    "roles/cloudquotas.admin": "bounds what queries may scan",
    "roles/serviceusage.serviceUsageConsumer": "counts its calls in this project's quotas",
  };
  return [
    ...Object.entries(held).map(([role, why]) => ({ role, why })),
    {
      role: "roles/resourcemanager.projectIamAdmin",
      why: "grants on the project what stacks/grants.ts grants there, and no other role",
      condition: onlyGrants(settings),
    },
  ];
}

const billingGrants: BootstrapGrant[] = [
  {
    to: "deployer",
    role: "roles/billing.costsManager",
    on: "billing account",
    why: "makes the budget; sees costs and pays nothing",
  },
  {
    to: "planner",
    role: "roles/billing.viewer",
    on: "billing account",
    why: "reads the budget, to compare it with a plan",
  },
];

/** Most roles that IAM takes in one list of hasOnly. */
const mostRoles = 10;

/**
 * Lets a call change grants of the roles that the stacks grant on the project, and of no other.
 *
 * Where they are more than one list takes, they stand in several: a call passes whose roles are all in
 * one of them. That asks for more than needed, never for less. Terraform may put grants of several
 * lists into one call, which is refused; it then sends each by itself.
 *
 * @see https://cloud.google.com/iam/docs/setting-limits-on-granting-roles
 */
function onlyGrants(settings: Settings): Condition {
  const roles = [...new Set(grantsOn(settings, "project").map(({ role }) => role))].sort();
  const lists = Array.from({ length: Math.ceil(roles.length / mostRoles) }, (_, index) =>
    roles.slice(index * mostRoles, (index + 1) * mostRoles),
  );
  return {
    title: `Only the roles of ${namesOf(settings).base}`,
    expression: lists
      .map((list) => {
        const quoted = list.map((role) => `'${role}'`).join(", ");
        return `api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${quoted}])`;
      })
      .join(" || "),
  };
}
