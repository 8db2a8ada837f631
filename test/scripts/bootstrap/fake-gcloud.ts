import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { MarqueeError } from "../../../errors.ts";
import { bootstrap, type BootstrapOptions } from "../../../scripts/bootstrap/bootstrap.ts";
import { emailOf } from "../../../settings/names.ts";
import { readSettings } from "../../../settings/read-settings.ts";
import type { Settings } from "../../../settings/settings.ts";
import { bootstrapGrants } from "../../../scripts/bootstrap/deployer-roles.ts";
import { stepsOf } from "../../../scripts/bootstrap/steps.ts";
import { withFolder } from "../../support/folder.ts";

export interface Answer {
  code?: number;
  stdout?: string;
  stderr?: string;
  /** How often it fails before it does what it should. */
  failures?: number;
}

/** What Google Cloud answers: the first entry that stands in the command counts; all else is done. */
export type Answers = [part: string, answer: Answer][];

/**
 * Writes down what it is asked for as a line of JSON, and answers by the files beside it. A shell, since
 * it starts hundreds of times; no word of ours has a double quote or a backslash in it.
 */
const program = `#!/bin/sh
PATH=/usr/bin:/bin
here=\${0%/*}
line=[\\"\${0##*/}\\"
for word; do line="$line,\\"$word\\""; done
printf '%s]\\n' "$line" >> "$here/calls"
times=$(grep -cxF -- "$line]" "$here/calls")
answer() {
  [ "$times" -gt "$2" ] && exit 0
  cat "$here/$1.stdout"
  cat "$here/$1.stderr" >&2
  exit "$3"
}
all=" \${0##*/} $* "
. "$here/answers"
`;

/** Writes the table as the shell reads it. */
function writeAnswers(folder: string, answers: Answers): Promise<unknown> {
  const cases = answers.map(
    ([part, { code = 0, failures = 1000 }], index) =>
      `case "$all" in *"${part}"*) answer ${index} ${failures} ${code};; esac`,
  );
  return Promise.all([
    writeFile(path.join(folder, "answers"), cases.join("\n")),
    ...answers.flatMap(([, { stdout = "", stderr = "" }], index) => [
      writeFile(path.join(folder, `${index}.stdout`), stdout),
      writeFile(path.join(folder, `${index}.stderr`), stderr),
    ]),
  ]);
}

export interface Bootstrapped {
  /** Every command, its words joined by blanks. */
  calls: string[];
  /** Those of them that make something. */
  made: string[];
  told: string[];
  /** Questions that a person was asked. */
  asked: string[];
  error: unknown;
}

/** Runs the bootstrap against a Google Cloud that answers so. */
export async function bootstrapped(
  settings: Settings,
  answers: Answers,
  {
    person = true,
    hasGcloud = true,
    ...options
  }: Partial<BootstrapOptions> & { person?: boolean | "absent"; hasGcloud?: boolean } = {},
): Promise<Bootstrapped> {
  return withFolder(async (folder) => {
    for (const name of hasGcloud ? ["gcloud", "bq"] : []) {
      await writeFile(path.join(folder, name), program, { mode: 0o755 });
    }
    await writeAnswers(folder, answers);
    await writeFile(path.join(folder, "calls"), "");
    const told: string[] = [];
    const asked: string[] = [];
    const confirm = (question: string) => {
      asked.push(question);
      return Promise.resolve(person === true);
    };
    const error = await bootstrap(
      settings,
      { isAgreed: false, isDryRun: false, ...options },
      {
        tell: (text) => told.push(text),
        confirm: person === "absent" ? undefined : confirm,
        env: { PATH: folder },
        wait: () => Promise.resolve(),
      },
    ).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const calls = (await readFile(path.join(folder, "calls"), "utf8"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as string[]).join(" "));
    const questions = / (describe|list|get-iam-policy) /;
    return { calls, made: calls.filter((call) => !questions.test(call)), told, asked, error };
  });
}

/** The error of a bootstrap, as a person reads it. */
export function lineOf({ error }: Bootstrapped): string {
  if (!(error instanceof MarqueeError)) throw error instanceof Error ? error : new Error("none");
  expect(error.exitCode).to.equal(1);
  expect(error.line).not.to.include("\n");
  return error.line;
}

/** The settings of an environment with a project of somebody's. */
export async function ownSettings(
  environment: "dev" | "prod",
  changes: Partial<Settings> = {},
): Promise<Settings> {
  const settings = await readSettings(environment);
  const { number } = settings.project;
  return {
    ...settings,
    project: { id: `films-${environment}`, number },
    stateBucket: "films-state",
    alertEmail: "us@films.org",
    dashboardViewers: ["group:us@films.org"],
    budget: { billingAccount: "ABCDEF-123456-ABCDEF", monthly: 50, currency: "USD" },
    github: { ownerId: 1, repositoryId: 2 },
    ...changes,
  };
}

function project({ project: { number } }: Settings): Answers {
  return [["projects describe", { stdout: `${number}\n` }]];
}

/** A project in which nothing is yet but itself. */
export function empty(settings: Settings): Answers {
  return [
    ...project(settings),
    ["services list", { code: 1, stderr: "ERROR: (gcloud.services.list) SERVICE_DISABLED\n" }],
    ["storage buckets describe", { code: 1, stderr: "ERROR: gs://films-state not found: 404.\n" }],
    ["kms keyrings describe", { code: 1, stderr: "ERROR: NOT_FOUND: KeyRing not found.\n" }],
    ["workload-identity-pools describe", { code: 1, stderr: "ERROR: NOT_FOUND: Requested.\n" }],
    ["service-accounts describe", { code: 1, stderr: "ERROR: NOT_FOUND: Unknown account.\n" }],
    ["get-iam-policy", { stdout: '{"etag": "ACAB"}' }],
  ];
}

/** A project in which everything is, the planner's account too. */
export function complete(settings: Settings): Answers {
  const services = stepsOf(settings).flatMap(({ make }) =>
    make.filter((word) => word.endsWith(".googleapis.com")),
  );
  const policyOn = (on: string) => ({
    stdout: JSON.stringify({
      bindings: bootstrapGrants(settings)
        .filter((grant) => grant.on === on)
        .map(({ to, role, condition }) => ({
          role,
          members: ["user:somebody@films.example", `serviceAccount:${emailOf(to, settings)}`],
          ...(condition === undefined ? {} : { condition }),
        })),
    }),
  });
  return [
    ...project(settings),
    ["services list", { stdout: services.join("\n") }],
    ["value(versioning_enabled)", { stdout: "True\n" }],
    ["workload-identity-pools describe", { stdout: "ACTIVE\n" }],
    ["projects get-iam-policy", policyOn("project")],
    ["storage buckets get-iam-policy", policyOn("state bucket")],
    ["billing accounts get-iam-policy", policyOn("billing account")],
  ];
}
