import { z } from "zod";

import type { Cloud } from "../../jobs/cloud/cloud.ts";
import { emailOf } from "../../settings/names.ts";
import type { Settings } from "../../settings/settings.ts";
import { grantsOn } from "../../stacks/grants.ts";
import { bootstrapGrants } from "../bootstrap/deployer-roles.ts";
import { type Outside, reasonOf } from "./outside.ts";
import type { Found } from "./viewers.ts";

/** Roles that open all data of a project, whatever a dataset's own list says. */
export const openingRoles: readonly string[] = [
  ...["admin", "dataEditor", "dataOwner", "dataViewer", "studioAdmin"].map(
    (name) => `roles/bigquery.${name}`,
  ),
  ...["roles/editor", "roles/owner", "roles/viewer"],
];

const policy = z.object({
  bindings: z.array(z.object({ role: z.string(), members: z.array(z.string()) })).default([]),
});

/** Holds the project's policy against what is declared, as far as it opens data. */
export async function projectAccess(
  { settings }: Cloud,
  { addresses, caller }: Outside,
): Promise<Found> {
  const { id } = settings.project;
  let bindings: z.infer<typeof policy>["bindings"];
  try {
    const client = await caller();
    const { data } = await client.request({
      url: `${addresses.resourceManager}/v3/projects/${id}:getIamPolicy`,
      method: "POST",
      // Of a policy with conditions an older version would have none of their roles' names.
      data: { options: { requestedPolicyVersion: 3 } },
    });
    ({ bindings } = policy.parse(data));
  } catch (error) {
    const facts = [`The policy of the project ${id} could not be read: ${reasonOf(error)}`];
    return { holds: undefined, facts };
  }
  const facts: string[] = [];
  let holds = true;
  const judge = judgeOf(settings);
  for (const { role, members } of bindings.filter((one) => openingRoles.includes(one.role))) {
    for (const member of members.filter((one) => !one.startsWith("deleted:"))) {
      const { isRight, words } = judge(role, member);
      holds &&= isRight;
      facts.push(`${role} on the project: ${member}, ${words}`);
    }
  }
  return { holds, facts };
}

/** Whether somebody may have a role that opens data, and why. */
function judgeOf(settings: Settings) {
  const { project, dashboardViewers } = settings;
  const lower = (text: string): string => text.toLowerCase();
  const viewers = new Set(dashboardViewers.map(lower));
  const declared = new Set([
    ...grantsOn(settings, "project").map(({ role, member }) => lower(`${role} ${member}`)),
    ...bootstrapGrants(settings)
      .filter(({ on }) => on === "project")
      .map(({ role, to }) => lower(`${role} serviceAccount:${emailOf(to, settings)}`)),
  ]);
  // Google makes them with every project, and the datasets' lists leave editors out.
  const ofGoogle = [
    `serviceAccount:${project.number}@cloudservices.gserviceaccount.com`,
    `serviceAccount:${project.number}-compute@developer.gserviceaccount.com`,
    `serviceAccount:${project.id}@appspot.gserviceaccount.com`,
  ];
  return (role: string, member: string): { isRight: boolean; words: string } => {
    if (viewers.has(lower(member))) {
      return { isRight: false, words: "WHO IS TO SEE THE MARTS ALONE" };
    }
    if (declared.has(lower(`${role} ${member}`))) return { isRight: true, words: "as declared" };
    if (role === "roles/owner" && /^(user|group|serviceAccount):/.test(member)) {
      return { isRight: true, words: "who owns it" };
    }
    if (role === "roles/editor" && ofGoogle.includes(member)) {
      return { isRight: true, words: "an account of Google's own" };
    }
    return { isRight: false, words: "WHICH NOBODY DECLARES" };
  };
}
