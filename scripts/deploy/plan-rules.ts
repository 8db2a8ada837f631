import { dataTypes } from "../../stacks/policy/data-rules.ts";

/** What this code reads of `terraform show -json`. */
export interface Plan {
  resource_changes?: ResourceChange[];
  output_changes?: Record<string, { actions: string[] }>;
}

export interface ResourceChange {
  address: string;
  type: string;
  change: {
    actions: ("no-op" | "create" | "read" | "update" | "delete" | "forget")[];
    before: Record<string, unknown> | null;
    after: Record<string, unknown> | null;
  };
}

/** What a plan would do that it may not, in one line each. */
export interface PlanFault {
  address: string;
  what: string;
  /** Whether the second key opens it. */
  isOpenedByKey: boolean;
}

/**
 * Holds a plan against what synthesis cannot know: what is there already.
 *
 * @see https://developer.hashicorp.com/terraform/internals/json-format for a plan's shape
 */
export function planFaults({ resource_changes: changes = [] }: Plan): PlanFault[] {
  return changes.flatMap((change) => [
    ...lossFaults(change),
    ...columnFaults(change),
    ...partitionFaults(change),
  ]);
}

function lossFaults({ address, type, change: { actions, before } }: ResourceChange): PlanFault[] {
  if (!dataTypes.includes(type) || !actions.includes("delete")) return [];
  if (isProtected(before)) {
    const what = "is still protected as it was deployed: deploy protect_data: false alone first";
    return [{ address, what, isOpenedByKey: false }];
  }
  const what = actions.includes("create")
    ? "would be replaced, and what it holds be lost"
    : "would be destroyed with what it holds";
  return [{ address, what, isOpenedByKey: true }];
}

/** Whether Terraform or its provider would refuse in the middle, by what was deployed before. */
function isProtected(before: Record<string, unknown> | null): boolean {
  return (
    before?.["deletion_protection"] === true ||
    before?.["force_destroy"] === false ||
    before?.["delete_contents_on_destroy"] === false
  );
}

/** A column that goes, or becomes another, takes its values along; the plan calls it an update. */
function columnFaults({ address, type, change }: ResourceChange): PlanFault[] {
  const { actions, before, after } = change;
  if (type !== "google_bigquery_table" || !actions.includes("update")) return [];
  const now = columnsOf(after);
  return [...columnsOf(before)].flatMap(([name, was]) => {
    const is = now.get(name);
    if (is === was) return [];
    const what =
      is === undefined
        ? `would lose its column ${name}`
        : `would change ${name} from ${was} to ${is}`;
    return [{ address, what, isOpenedByKey: true }];
  });
}

function columnsOf(attributes: Record<string, unknown> | null): Map<string, string> {
  const schema = attributes?.["schema"];
  if (typeof schema !== "string") return new Map();
  const fields = JSON.parse(schema) as { name: string; type: string }[];
  return new Map(fields.map(({ name, type }) => [name, type]));
}

/**
 * Terraform plans another partition as an update in place, which BigQuery then refuses.
 *
 * @see https://cloud.google.com/bigquery/docs/managing-partitioned-tables
 */
function partitionFaults({ address, type, change }: ResourceChange): PlanFault[] {
  const { actions, before, after } = change;
  if (type !== "google_bigquery_table" || !actions.includes("update")) return [];
  const [was, is] = [partitionOf(before), partitionOf(after)];
  if (was === is) return [];
  const what = `is partitioned ${was}, which cannot become ${is}: give the table another name, or remove it first`;
  return [{ address, what, isOpenedByKey: false }];
}

function partitionOf(attributes: Record<string, unknown> | null): string {
  const blocks = attributes?.["time_partitioning"] as
    { type?: string; field?: string }[] | undefined;
  const [block] = blocks ?? [];
  return block === undefined ? "not at all" : `by ${block.type ?? "?"} of ${block.field ?? "?"}`;
}

/** How many resources a plan makes, changes, removes. */
export function planCounts({ resource_changes: changes = [] }: Plan): Record<string, number> {
  const having = (action: string): number =>
    changes.filter(({ change: { actions } }) => (actions as string[]).includes(action)).length;
  return { made: having("create"), changed: having("update"), removed: having("delete") };
}

/** Whether there is anything to apply: a resource, or what a stack tells. */
export function hasChanges({ resource_changes = [], output_changes = {} }: Plan): boolean {
  const actions = [
    ...resource_changes.map(({ change }) => change.actions as string[]),
    ...Object.values(output_changes).map((change) => change.actions),
  ].flat();
  return actions.some((action) => !["no-op", "read"].includes(action));
}
