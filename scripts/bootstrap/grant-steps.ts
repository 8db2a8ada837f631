import { z } from "zod";

import { emailOf } from "../../settings/names.ts";
import type { Settings } from "../../settings/settings.ts";
import { type BootstrapGrant, bootstrapGrants } from "./deployer-roles.ts";
import type { Command } from "./gcloud.ts";
import type { Step } from "./steps.ts";

const policy = z.object({
  bindings: z
    .array(
      z.object({
        role: z.string(),
        members: z.array(z.string()).default([]),
        condition: z.object({ expression: z.string() }).optional(),
      }),
    )
    .default([]),
});

/** The grants that the bootstrap makes, each a step of its own: one that failed is told by its name. */
export function grantSteps(settings: Settings): Step[] {
  return bootstrapGrants(settings).map((grant) => grantStep(grant, settings));
}

function grantStep(grant: BootstrapGrant, settings: Settings): Step {
  const { to, role, on, condition } = grant;
  const email = emailOf(to, settings);
  const member = `serviceAccount:${email}`;
  const { words, name } = placeOf(on, settings);
  return {
    what: `${role} on the ${on} for the ${to}`,
    question: {
      command: ["gcloud", ...words, "get-iam-policy", name, "--format=json"],
      isThere: (answer) =>
        policy
          .parse(JSON.parse(answer))
          .bindings.some(
            (binding) =>
              binding.role === role &&
              binding.members.includes(member) &&
              binding.condition?.expression === condition?.expression,
          ),
    },
    make: [
      ...(["gcloud", ...words, "add-iam-policy-binding", name] as const),
      ...[`--member=${member}`, `--role=${role}`],
      // Once one grant of a project has a condition, gcloud wants to hear of every other that it has none.
      ...(on === "project" ? [conditionOf(grant)] : []),
    ],
    // The stacks make the planner, and Google Cloud takes no grant to an account that is not there.
    ...(to === "planner"
      ? {
          waitsFor: {
            command: describeAccount(email, settings),
            otherwise: "waits for the planner's account, which the first deploy makes",
          },
        }
      : {}),
  };
}

/** Where a grant is given: words of gcloud that say what kind of place it is, and its name. */
function placeOf(
  on: BootstrapGrant["on"],
  { project, stateBucket, budget }: Settings,
): { words: string[]; name: string } {
  switch (on) {
    case "project":
      return { words: ["projects"], name: project.id };
    case "state bucket":
      return { words: ["storage", "buckets"], name: `gs://${stateBucket}` };
    case "billing account":
      return { words: ["billing", "accounts"], name: budget?.billingAccount ?? "" };
  }
}

/** The expression has commas and equals signs in it, so that semicolons part title and expression. */
function conditionOf({ condition }: BootstrapGrant): string {
  if (condition === undefined) return "--condition=None";
  return `--condition=^;^title=${condition.title};expression=${condition.expression}`;
}

function describeAccount(email: string, { project }: Settings): Command {
  return ["gcloud", "iam", "service-accounts", "describe", email, `--project=${project.id}`];
}
