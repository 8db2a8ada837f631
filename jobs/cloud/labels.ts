import type { Cloud } from "./cloud.ts";

/**
 * The labels of a run's work, whoever does it: those of the environment's resources, and whose work it
 * is. Bills are split by them.
 *
 * @see https://cloud.google.com/resource-manager/docs/labels-overview for the letters
 */
export function workLabels(
  { settings: { labels, prefix, environment } }: Cloud,
  component: "spark" | "warehouse",
  { runId, step }: { runId: string; step: string },
): Record<string, string> {
  const own = {
    platform: prefix,
    environment,
    component,
    managed_by: "pipeline",
    run_id: runId,
    step,
  };
  return Object.fromEntries(
    Object.entries({ ...labels, ...own }).map(([key, value]) => [key, labelValue(value)]),
  );
}

/** Small letters, digits, hyphens and underscores, 63 of them at most. */
function labelValue(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "-")
    .slice(0, 63);
}
