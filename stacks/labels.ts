import type { Settings } from "../settings/settings.ts";

/** What a resource belongs to: bills are split by it. */
export type Component = "keys" | "identity" | "lake" | "warehouse" | "spark" | "operations";

/** The labels of a resource, the same on every one that can have any. */
export function labelsOf(
  { environment, prefix, labels }: Settings,
  component: Component,
): Record<string, string> {
  return { ...labels, platform: prefix, environment, component, managed_by: "terraform" };
}
