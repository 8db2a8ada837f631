import type { Cloud } from "../../jobs/cloud/cloud.ts";
import { connect } from "../../jobs/warehouse/bigquery/client.ts";
import { layers } from "../../settings/names.ts";
import { grantsOn } from "../../stacks/grants.ts";
import { type Outside, reasonOf } from "./outside.ts";
import { openingRoles, projectAccess } from "./project-access.ts";
import type { Point } from "./report.ts";

/** What was found in one place. */
export interface Found {
  /** Undefined where it could not be read. */
  holds: boolean | undefined;
  facts: readonly string[];
}

/** Who looks at dashboards sees the marts and nothing that lies before them, and nobody else anything. */
export async function hiddenStaging(cloud: Cloud, outside: Outside): Promise<Point> {
  const { dashboardViewers: viewers } = cloud.settings;
  const found: Found[] = [];
  for (const layer of layers) found.push(await datasetAccess(cloud, layer));
  found.push(await projectAccess(cloud, outside));
  const outcomes = found.map(({ holds }) => holds);
  return {
    what:
      viewers.length === 0
        ? "Nobody but who is declared is let into the datasets, and no viewers of dashboards are"
        : "Viewers of dashboards are let into the marts alone, and nobody undeclared into any dataset",
    holds: outcomes.includes(false) ? false : outcomes.includes(undefined) ? undefined : true,
    facts: [
      ...(viewers.length === 0 ? ["dashboard_viewers names nobody"] : []),
      ...found.flatMap(({ facts }) => facts),
      `Looked at: the four datasets' own lists of access, and who has ${openingRoles.join(", ")} on the project. Not looked at: folders and the organisation above it, other roles, who is in a group, the lake's bucket`,
    ],
  };
}

/** Holds a dataset's own list of access against the declared one. */
async function datasetAccess(cloud: Cloud, layer: (typeof layers)[number]): Promise<Found> {
  const dataset = cloud.names.datasets[layer];
  const declared = grantsOn(cloud.settings, `dataset ${layer}`);
  let entries: Entry[];
  try {
    const { client } = connect(cloud, "prove");
    const [metadata] = (await client.dataset(dataset).getMetadata()) as [
      { access?: Entry[] },
      unknown,
    ];
    entries = metadata.access ?? [];
  } catch (error) {
    return { holds: undefined, facts: [`${dataset} could not be read: ${reasonOf(error)}`] };
  }
  const letIn = entries.map(memberOf).filter((member) => !member.startsWith("deleted:"));
  const awaited = new Map(
    declared.map(({ member, role }) => [`${member} as ${role}`.toLowerCase(), member]),
  );
  const isAwaited = (text: string): boolean => awaited.has(text.toLowerCase());
  const strangers = letIn.filter((text) => !isAwaited(text));
  const expected = letIn.filter(isAwaited);
  // Who works there is missed by every run; a viewer would be missed by nobody.
  const found = new Set(expected.map((text) => text.toLowerCase()));
  const missing = declared
    .filter(({ member }) => cloud.settings.dashboardViewers.includes(member))
    .map(({ member, role }) => `${member} as ${role}`)
    .filter((text) => !found.has(text.toLowerCase()));
  return {
    holds: strangers.length + missing.length === 0,
    facts: [
      `${dataset} lets in ${expected.length === 0 ? "nobody who is declared" : `${expected.join(", ")}, as declared`}`,
      ...strangers.map((text) => `${dataset} lets in ${text}, WHICH NOBODY DECLARES`),
      ...missing.map((text) => `${dataset} DOES NOT LET IN ${text}`),
    ],
  };
}

/** An entry of a dataset's list, as the API has it: a role and whom it is given to, or what is let in whole. */
type Entry = { role?: string } & Record<string, unknown>;

/** Roles of IAM by the names that a dataset's list has for them. */
const shortRoles: Record<string, string> = {
  "roles/bigquery.dataViewer": "READER",
  "roles/bigquery.dataEditor": "WRITER",
  "roles/bigquery.dataOwner": "OWNER",
};

/** As a grant is written: whom, and as what. */
function memberOf({ role, ...whom }: Entry): string {
  const [[kind, name] = ["nobody", ""]] = Object.entries(whom);
  const text = typeof name === "string" ? name : JSON.stringify(name);
  const as = role === undefined ? "" : ` as ${shortRoles[role] ?? role}`;
  switch (kind) {
    case "userByEmail":
      return `${text.endsWith(".gserviceaccount.com") ? "serviceAccount" : "user"}:${text}${as}`;
    case "groupByEmail":
      return `group:${text}${as}`;
    case "domain":
      return `domain:${text}${as}`;
    case "specialGroup":
    case "iamMember":
      return `${text}${as}`;
    default:
      return `${kind} ${text}${as}`;
  }
}
