/** What Terraform means to do, as `terraform show -json` tells it, in the parts that tests read. */
export interface PlanJson {
  resource_changes?: ResourceChange[];
}

interface ResourceChange {
  address: string;
  type: string;
  change: {
    actions: string[];
    before: Record<string, unknown> | null;
    after: Record<string, unknown> | null;
  };
}

/** What a plan does to one resource. */
export interface Change {
  address: string;
  /** As Terraform writes them: create, update, delete, or two of them for a replacement. */
  actions: string;
  /** Arguments whose value changes, where the resource stays. */
  changed: string[];
}

/** What a plan does, without the resources that it leaves alone. */
export function changesOf(plan: PlanJson): Change[] {
  return (plan.resource_changes ?? [])
    .filter(({ change }) => change.actions.some((action) => !["no-op", "read"].includes(action)))
    .map(({ address, change: { actions, before, after } }) => ({
      address,
      actions: actions.join(", "),
      changed: before === null || after === null ? [] : differing(before, after),
    }));
}

function differing(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .sort();
}
