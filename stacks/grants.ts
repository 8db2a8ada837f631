import { emailOf, layers, namesOf, type Names, type Role } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";

/** What a grant is given on: as small as Google Cloud allows. */
export type Scope =
  | "project"
  | "lake"
  | "drop"
  | "scratch"
  | "key"
  | `dataset ${keyof Names["datasets"]}`
  | `account ${Role}`;

/** Who may do what, on what, and why: a review reads this list and no other. */
export interface Grant {
  /** As IAM writes members: serviceAccount:..., group:..., principalSet://.... */
  member: string;
  /** A role of Google's, a custom one in full, or a dataset's READER, WRITER, OWNER. */
  role: string;
  on: Scope;
  why: string;
}

/**
 * Every grant that the stacks make. What the deployer itself needs is given by the bootstrap, since
 * nobody could deploy it.
 *
 * Nobody has a primitive role, a key, or the right to make tokens for others at project level.
 */
export function grantsOf(settings: Settings): Grant[] {
  return [
    ...runnerGrants(settings),
    ...sparkGrants(settings),
    ...delivererGrants(settings),
    ...viewerGrants(settings),
    ...deployerGrants(settings),
    ...plannerGrants(settings),
    ...federationGrants(settings),
    ...serviceAgentGrants(settings),
  ];
}

/** Of all grants those on these scopes. */
export function grantsOn(settings: Settings, scope: Scope): Grant[] {
  return grantsOf(settings).filter(({ on }) => on === scope);
}

/** A custom role in full, as grants name it. */
export function customRole(settings: Settings, role: keyof Names["customRoles"]): string {
  return `projects/${settings.project.id}/roles/${namesOf(settings).customRoles[role]}`;
}

function runnerGrants(settings: Settings): Grant[] {
  const to = (on: Scope, role: string, why: string) => grant("runner", settings, on, role, why);
  const batch = to(
    "account spark",
    "roles/iam.serviceAccountUser",
    "names the account that a serverless batch runs as",
  );
  return [
    to("lake", "roles/storage.objectUser", "writes raw and staging files, reads Spark's results"),
    to("lake", "roles/storage.legacyBucketReader", "load jobs ask for storage.buckets.get"),
    to("drop", "roles/storage.objectViewer", "reads what others delivered"),
    to("drop", "roles/storage.legacyBucketReader", "lists it"),
    to("scratch", "roles/storage.objectViewer", "reads what Spark's driver printed"),
    ...layers.map((layer) => to(`dataset ${layer}`, "WRITER", "loads its tables")),
    to("project", "roles/bigquery.jobUser", "starts load jobs and queries"),
    to(
      "project",
      customRole(settings, "jobSubmitter"),
      "submits, watches and cancels Spark's work; makes no cluster",
    ),
    ...(settings.spark.mode === "batch" ? [batch] : []),
  ];
}

function sparkGrants(settings: Settings): Grant[] {
  const to = (on: Scope, role: string, why: string) => grant("spark", settings, on, role, why);
  return [
    to(
      "project",
      customRole(settings, "sparkNode"),
      "reports for work and writes logs and metrics; roles/dataproc.worker would open every bucket",
    ),
    to("lake", "roles/storage.objectUser", "reads staging files, writes tables"),
    to("lake", "roles/storage.legacyBucketReader", "Hadoop's connector asks what the bucket is"),
    to("scratch", "roles/storage.objectUser", "keeps what only its own work needs"),
    to("scratch", "roles/storage.legacyBucketReader", "Hadoop's connector asks what the bucket is"),
  ];
}

function delivererGrants({ deliverers }: Settings): Grant[] {
  const why = "leaves deliveries, and can neither read nor replace any";
  return deliverers.map((member) => ({
    member,
    role: "roles/storage.objectCreator",
    on: "drop",
    why,
  }));
}

function viewerGrants({ dashboardViewers }: Settings): Grant[] {
  return dashboardViewers.flatMap((member): Grant[] => [
    { member, role: "READER", on: "dataset marts", why: "sees the answers, and no user's ratings" },
    {
      member,
      role: "roles/bigquery.jobUser",
      on: "project",
      why: "a dashboard's query is a job of whoever looks at it",
    },
  ]);
}

function deployerGrants(settings: Settings): Grant[] {
  const to = (on: Scope, role: string, why: string) => grant("deployer", settings, on, role, why);
  return [
    ...layers.map((layer) => to(`dataset ${layer}`, "OWNER", "makes and changes its tables")),
    ...layers.map((layer): Grant => {
      const why = "whoever owns the project can mend what the deployer cannot";
      return { member: "projectOwners", role: "OWNER", on: `dataset ${layer}`, why };
    }),
    to("account spark", "roles/iam.serviceAccountUser", "makes the cluster that runs as it"),
  ];
}

function plannerGrants(settings: Settings): Grant[] {
  const reads: Record<string, string> = {
    "roles/iam.securityReviewer": "reads who may do what",
    "roles/storage.bucketViewer": "reads buckets' settings, no objects",
    "roles/bigquery.metadataViewer": "reads schemas, no rows",
    "roles/dataproc.viewer": "reads the cluster",
    "roles/compute.networkViewer": "reads the network",
    "roles/monitoring.viewer": "reads the notification channel",
    "roles/cloudquotas.viewer": "reads the quota",
    "roles/serviceusage.serviceUsageConsumer": "counts its calls in this project's quotas",
    ...(settings.github === undefined
      ? {}
      : { "roles/iam.workloadIdentityPoolViewer": "reads who may come from GitHub" }),
    ...(settings.customerManagedKeys
      ? { "roles/cloudkms.viewer": "reads the key's rotation" }
      : {}),
  };
  return Object.entries(reads).map(([role, why]) =>
    grant("planner", settings, "project", role, `${why}, to compare what is there with a plan`),
  );
}

function federationGrants(settings: Settings): Grant[] {
  if (settings.github === undefined) return [];
  const pool = `projects/${settings.project.number}/locations/global/workloadIdentityPools/${namesOf(settings).identityPool}`;
  const as = (role: "deployer" | "planner", why: string): Grant => ({
    member: `principalSet://iam.googleapis.com/${pool}/attribute.duty/${role}`,
    role: "roles/iam.workloadIdentityUser",
    on: `account ${role}`,
    why,
  });
  return [
    as("deployer", "a push to main of this repository deploys, without a key"),
    as("planner", "a pull request of this repository plans, and can change nothing"),
  ];
}

/**
 * Accounts of Google's own services, which encrypt and decrypt for us.
 *
 * @see https://cloud.google.com/kms/docs/service-agent-cmek
 */
function serviceAgentGrants({ project: { number }, customerManagedKeys }: Settings): Grant[] {
  if (!customerManagedKeys) return [];
  const agents: Record<string, string> = {
    [`service-${number}@gs-project-accounts.iam.gserviceaccount.com`]: "Cloud Storage",
    [`bq-${number}@bigquery-encryption.iam.gserviceaccount.com`]: "BigQuery",
    [`service-${number}@dataproc-accounts.iam.gserviceaccount.com`]: "Dataproc",
    [`service-${number}@compute-system.iam.gserviceaccount.com`]: "Compute Engine",
  };
  return Object.entries(agents).map(([email, service]) => ({
    member: `serviceAccount:${email}`,
    role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
    on: "key",
    why: `${service} encrypts what it keeps for us`,
  }));
}

function grant(role: Role, settings: Settings, on: Scope, granted: string, why: string): Grant {
  return { member: `serviceAccount:${emailOf(role, settings)}`, role: granted, on, why };
}

/** A grant's name within its scope, by what it is: another grant beside it changes nothing of it. */
export function idOf({ member, role }: Grant, settings: Settings): string {
  const base = `${namesOf(settings).base}-`;
  const who = member
    .replace(/^serviceAccount:/, "")
    .replace(/@.*$/, (domain) => (domain.includes(settings.project.id) ? "" : domain))
    .replace(base, "")
    .replace(/^principalSet:.*\//, "github-");
  return `${who}-${role.replace(/^.*roles\//, "")}`.replace(/[^\w.-]+/g, "-");
}
