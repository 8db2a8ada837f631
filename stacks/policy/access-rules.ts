import type { Resource, Rule } from "./rule.ts";

const publicMembers = ["allUsers", "allAuthenticatedUsers"];
const primitiveRoles = ["roles/owner", "roles/editor", "roles/viewer"];
const tokenCreator = "roles/iam.serviceAccountTokenCreator";

/** Who may come in. */
export const accessRules: Rule[] = [
  {
    name: "no public access",
    fault: ({ type, attributes }) => {
      const open = membersOf(attributes).find((member) => publicMembers.includes(member));
      if (open !== undefined) return `${open} would let everybody in: name a group instead`;
      if (type === "google_compute_firewall" && isOpen(attributes)) {
        return "everybody could knock: name the ranges or accounts that may";
      }
      if (type !== "google_storage_bucket") return undefined;
      if (attributes["public_access_prevention"] !== "enforced") {
        return 'the bucket could be made public: set publicAccessPrevention to "enforced"';
      }
      if (attributes["uniform_bucket_level_access"] === true) return undefined;
      return "single objects could be made public: set uniformBucketLevelAccess";
    },
  },
  {
    name: "no primitive roles",
    fault: ({ attributes: { role } }) =>
      primitiveRoles.includes(String(role))
        ? `${String(role)} opens the whole project: grant what is needed, on the bucket or dataset`
        : undefined,
  },
  {
    name: "no tokens for others",
    fault: ({ type, attributes: { role } }) =>
      type.startsWith("google_project_iam") && role === tokenCreator
        ? `${tokenCreator} on the project lets one account be every other: grant it on one account`
        : undefined,
  },
  {
    name: "no keys of accounts",
    fault: ({ type }) =>
      type === "google_service_account_key"
        ? "a key can be copied and has no end: use attached accounts or workload identity"
        : undefined,
  },
  {
    name: "explicit access",
    fault: ({ type, attributes }) =>
      type === "google_bigquery_dataset" && listOf(attributes["access"]).length === 0
        ? "without a list of access every reader of the project may read it: give it one"
        : undefined,
  },
];

function membersOf(attributes: Resource["attributes"]): string[] {
  const { member, members, access, special_group, entity } = attributes;
  const ofDataset = listOf(access).flatMap((entry) => [
    entry["special_group"],
    entry["iam_member"],
  ]);
  const several = Array.isArray(members) ? (members as unknown[]) : [];
  return [member, special_group, entity, ...several, ...ofDataset].filter(
    (each) => typeof each === "string",
  );
}

/** Whether a rule of a firewall lets in whoever comes. */
function isOpen({ direction, allow, source_ranges: ranges }: Resource["attributes"]): boolean {
  if (direction === "EGRESS" || allow === undefined) return false;
  return (
    Array.isArray(ranges) && ranges.some((range) => ["0.0.0.0/0", "::/0"].includes(String(range)))
  );
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}
