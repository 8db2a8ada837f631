import { dataTypes } from "../../stacks/policy/data-rules.ts";

/** What this code reads of `terraform show -json`. */
export interface Plan {
  resource_changes?: ResourceChange[];
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
  return changes.flatMap((change) => [...lossFaults(change), ...partitionFaults(change)]);
}

function lossFaults({ address, type, change: { actions } }: ResourceChange): PlanFault[] {
  if (!dataTypes.includes(type) || !actions.includes("delete")) return [];
  const what = actions.includes("create")
    ? "would be replaced, and what it holds be lost"
    : "would be destroyed with what it holds";
  return [{ address, what, isOpenedByKey: true }];
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
