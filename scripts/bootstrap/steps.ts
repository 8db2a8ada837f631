import { emailOf, namesOf } from "../../settings/names.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Command } from "./gcloud.ts";
import { grantSteps } from "./grant-steps.ts";

/** How to ask whether something is there. */
export interface Question {
  command: Command;
  /** Reads the answer; undefined where an answer at all says that it is there. */
  isThere?: (answer: string) => boolean;
}

/** One thing that must be there before Terraform can run. */
export interface Step {
  what: string;
  /** Undefined where making it twice changes nothing and nobody can be asked. */
  question?: Question;
  make: Command;
  /** What must be there first, and what to say where it is not yet: the step waits for a later run. */
  waitsFor?: Question & { otherwise: string };
}

/** Everything that must be there, in the order in which it is made. */
export function stepsOf(settings: Settings, stateProject = settings.project.id): Step[] {
  return [
    ...apiSteps(settings),
    ...(settings.customerManagedKeys ? agentSteps(settings) : []),
    ...stateSteps(settings, stateProject),
    ...(settings.customerManagedKeys ? [keyRingStep(settings)] : []),
    ...(settings.github === undefined ? [] : [poolStep(settings)]),
    deployerStep(settings),
    ...grantSteps(settings),
  ];
}

/** By the first two the others are enabled, and every grant on the project is read and made. */
function apiSteps({ project, customerManagedKeys, budget }: Settings): Step[] {
  const enable = (what: string, names: string[]): Step => {
    const services = names.map((name) => `${name}.googleapis.com`);
    return {
      what: `${what}: ${names.join(", ")}`,
      question: {
        command: [
          ...(["gcloud", "services", "list", "--enabled"] as const),
          ...["--format=value(config.name)", `--project=${project.id}`],
        ],
        isThere: (answer) => {
          const enabled = new Set(answer.split(/\s+/));
          return services.every((service) => enabled.has(service));
        },
      },
      make: ["gcloud", "services", "enable", ...services, `--project=${project.id}`],
    };
  };
  return [
    enable("APIs that come first", ["serviceusage", "cloudresourcemanager"]),
    enable("APIs", [
      ...["storage", "bigquery", "dataproc", "compute"],
      ...["iam", "iamcredentials", "sts"],
      ...(customerManagedKeys ? ["cloudkms"] : []),
      ...["cloudquotas", "monitoring", "logging"],
      ...(budget === undefined ? [] : ["billingbudgets"]),
    ]),
  ];
}

/**
 * Google's own accounts that encrypt for us: a key is granted to them by the stacks, which fails for an
 * account that was never used. That of Compute Engine comes with its API.
 */
function agentSteps({ project }: Settings): Step[] {
  return [
    {
      what: "Service agent of Dataproc",
      make: [
        ...(["gcloud", "beta", "services", "identity", "create"] as const),
        ...["--service=dataproc.googleapis.com", `--project=${project.id}`],
      ],
    },
    {
      what: "Service agent of BigQuery",
      make: [
        ...(["bq", "--headless", `--project_id=${project.id}`, "show"] as const),
        "--encryption_service_account",
      ],
    },
    {
      what: "Service agent of Cloud Storage",
      make: ["gcloud", "storage", "service-agent", `--project=${project.id}`],
    },
  ];
}

/** Whoever can read the state can read what is in it, and without it nobody knows what is whose. */
function stateSteps({ stateBucket, region }: Settings, stateProject: string): Step[] {
  const bucket = `gs://${stateBucket}`;
  const describe = ["gcloud", "storage", "buckets", "describe", bucket] as const;
  return [
    {
      what: `State bucket ${bucket}`,
      question: { command: [...describe, "--format=value(name)"] },
      make: [
        ...(["gcloud", "storage", "buckets", "create", bucket] as const),
        ...[`--project=${stateProject}`, `--location=${region}`],
        ...["--uniform-bucket-level-access", "--public-access-prevention"],
        "--soft-delete-duration=30d",
      ],
    },
    {
      // Buckets are not made with versions: they are told to keep them.
      what: `Older versions in ${bucket}`,
      question: {
        command: [...describe, "--format=value(versioning_enabled)"],
        isThere: (answer) => /^true$/i.test(answer.trim()),
      },
      make: ["gcloud", "storage", "buckets", "update", bucket, "--versioning"],
    },
  ];
}

function keyRingStep(settings: Settings): Step {
  const { keyRing } = namesOf(settings);
  const place = [`--location=${settings.region}`, `--project=${settings.project.id}`];
  return {
    what: `Key ring ${keyRing} in ${settings.region}, which can never be removed`,
    question: { command: ["gcloud", "kms", "keyrings", "describe", keyRing, ...place] },
    make: ["gcloud", "kms", "keyrings", "create", keyRing, ...place],
  };
}

/** Its name stays taken for 30 days when it is removed, so that no stack makes or removes it. */
function poolStep(settings: Settings): Step {
  const { identityPool } = namesOf(settings);
  const place = ["--location=global", `--project=${settings.project.id}`];
  const pools = ["gcloud", "iam", "workload-identity-pools"] as const;
  return {
    what: `Workload identity pool ${identityPool}`,
    question: {
      command: [...pools, "describe", identityPool, ...place, "--format=value(state)"],
      isThere: (answer) => answer.trim() === "ACTIVE",
    },
    make: [
      ...[...pools, "create", identityPool, ...place],
      ...[`--display-name=${identityPool}`, "--description=Lets GitHub Actions act without a key"],
    ] as [...typeof pools, ...string[]],
  };
}

function deployerStep(settings: Settings): Step {
  const email = emailOf("deployer", settings);
  const name = namesOf(settings).accounts.deployer;
  const accounts = ["gcloud", "iam", "service-accounts"] as const;
  const project = `--project=${settings.project.id}`;
  return {
    what: `Account ${name}`,
    question: { command: [...accounts, "describe", email, project] },
    make: [
      ...([...accounts, "create", name, project] as const),
      ...[`--display-name=${name}`, "--description=Deploys main"],
    ],
  };
}
