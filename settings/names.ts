import type { Settings } from "./settings.ts";

/** Who does something in the project: a service account each. */
export const roles = ["runner", "spark", "scheduler", "deployer", "planner"] as const;
export type Role = (typeof roles)[number];

export const layers = ["staging", "core", "marts", "ops"] as const;
type Layer = (typeof layers)[number];

/** Name of everything that an environment has on Google Cloud. */
export interface Names {
  /** The beginning of them all: prefix and environment. */
  base: string;
  /** Stacks in the order in which they are deployed. */
  stacks: Record<"keys" | "identity" | "data" | "compute" | "operations", string>;
  /** Buckets' names are global, so they carry the project's id. */
  lake: string;
  drop: string;
  scratch: string;
  /** Datasets know no hyphens. */
  datasets: Record<Layer, string>;
  accounts: Record<Role, string>;
  /** Custom roles know no hyphens either. */
  customRoles: Record<"sparkNode" | "jobSubmitter", string>;
  cluster: string;
  autoscaling: string;
  network: string;
  subnetwork: string;
  firewall: string;
  keyRing: string;
  key: string;
  identityPool: string;
  identityProvider: string;
  queryQuota: string;
}

/** The names of an environment's resources: the same from stacks as from jobs. */
export function namesOf({
  prefix,
  environment,
  project,
}: Pick<Settings, "prefix" | "environment" | "project">): Names {
  const base = `${prefix}-${environment}`;
  const underscored = base.replaceAll("-", "_");
  const each = <Key extends string>(keys: readonly Key[], name: (key: Key) => string) =>
    Object.fromEntries(keys.map((key) => [key, name(key)])) as Record<Key, string>;
  return {
    base,
    stacks: each(
      ["keys", "identity", "data", "compute", "operations"],
      (stack) => `${base}-${stack}`,
    ),
    lake: `${project.id}-${base}-lake`,
    drop: `${project.id}-${base}-drop`,
    scratch: `${project.id}-${base}-scratch`,
    datasets: each(layers, (layer) => `${underscored}_${layer}`),
    accounts: each(roles, (role) => `${base}-${role}`),
    customRoles: {
      sparkNode: `${underscored}_spark_node`,
      jobSubmitter: `${underscored}_job_submitter`,
    },
    cluster: `${base}-spark`,
    autoscaling: `${base}-spot`,
    network: `${base}-network`,
    subnetwork: `${base}-spark`,
    firewall: `${base}-internal`,
    keyRing: `${base}-keys`,
    key: `${base}-data`,
    identityPool: `${base}-github`,
    identityProvider: `${base}-actions`,
    queryQuota: `${base}-query-bytes`,
  };
}

/** The address of a role's service account. */
export function emailOf(role: Role, { project, ...settings }: Settings): string {
  const { accounts } = namesOf({ ...settings, project });
  return `${accounts[role]}@${project.id}.iam.gserviceaccount.com`;
}

/** The key that encrypts the data, in full. */
export function keyOf({ project, region, ...settings }: Settings): string {
  const { keyRing, key } = namesOf({ ...settings, project });
  return `projects/${project.id}/locations/${region}/keyRings/${keyRing}/cryptoKeys/${key}`;
}

/**
 * Names that Google Cloud does not take, in words.
 *
 * @see https://cloud.google.com/storage/docs/buckets#naming
 * @see https://cloud.google.com/iam/docs/service-accounts-create
 * @see https://cloud.google.com/iam/docs/manage-workload-identity-pools-providers
 */
export function nameFaults(names: Names): string[] {
  return [
    ...tooLong("bucket", [names.lake, names.drop, names.scratch], 63),
    ...tooLong("service account", Object.values(names.accounts), 30),
    ...tooLong("identity pool", [names.identityPool, names.identityProvider], 32),
    ...tooLong("cluster", [names.cluster], 51),
  ];
}

/** What is wrong with the longest of some names. */
function tooLong(kind: string, names: readonly string[], most: number): string[] {
  const [longest = ""] = [...names].sort((a, b) => b.length - a.length);
  if (longest.length <= most) return [];
  const over = longest.length - most;
  return [
    `a ${kind} would be called ${longest}, which is ${over} more than the ${most} characters allowed: shorten the prefix`,
  ];
}
