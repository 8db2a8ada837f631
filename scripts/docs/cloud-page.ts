import type { Settings } from "../../settings/settings.ts";
import { grantsOf } from "../../stacks/grants.ts";
import { bootstrapGrants } from "../bootstrap/deployer-roles.ts";

/**
 * A page of Markdown for whoever reviews the platform on Google Cloud: every grant, with its reason.
 *
 * @param settings of the environment with most of them
 */
export function cloudPage(settings: Settings): string {
  const stacks = grantsOf(settings).map(({ member, role, on, why }) =>
    row([short(member, settings), short(role, settings), on, why]),
  );
  const bootstrap = bootstrapGrants(settings).map(({ to, role, on, why }) =>
    row([to, short(role, settings), on, why]),
  );
  return [
    "# Who may do what on Google Cloud",
    `Written by \`npm run docs\` from stacks/grants.ts and scripts/bootstrap, with the settings of ${settings.environment}; change those, not this page. Accounts are called by their role, buckets and datasets by what they are for.`,
    "## What the stacks grant",
    table(["who", "role", "on", "why"], stacks),
    "## What the bootstrap grants",
    "Without these nobody could deploy. The deployer may grant on the project only the roles that the table above has there. It is the account to guard: whoever makes accounts and roles can in the end give more to himself, so only a push to main can act as it.",
    table(["who", "role", "on", "why"], bootstrap),
    "## What nobody has",
    "A primitive role (owner, editor, viewer), a key of an account, the right to make tokens for others at project level, a public bucket or dataset. The policy in stacks/policy refuses each of these at synthesis.",
  ].join("\n\n");
}

function table(head: readonly string[], rows: readonly string[]): string {
  return [row(head), row(head.map(() => "---")), ...rows].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** A member or a role without the parts that are the same in every line. */
function short(name: string, { project, prefix, environment }: Settings): string {
  const base = `${prefix}-${environment}`;
  return name
    .replace(/^serviceAccount:/, "")
    .replace(`@${project.id}.iam.gserviceaccount.com`, "")
    .replace(new RegExp(`^${base}-`), "")
    .replace(/^principalSet:.*attribute\.duty\//, "GitHub Actions as ")
    .replace(`projects/${project.id}/`, "")
    .replace(String(project.number), "NUMBER");
}
