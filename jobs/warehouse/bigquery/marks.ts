import type { Cloud } from "../../cloud/cloud.ts";

/** What a job is for: its name in BigQuery and its labels say it. */
export interface Purpose {
  step: string;
  /** The table that it is about, as layer and name; a query may be about none. */
  of: { layer: string; name: string } | undefined;
}

/**
 * The id of a job, which tells whose it is. The same work has the same id, so that asking for it twice
 * does not do it twice.
 *
 * @see https://cloud.google.com/bigquery/docs/running-jobs#generate-jobid
 */
export function jobId(
  { settings }: Cloud,
  runId: string,
  { step, of }: Purpose,
  attempt: number,
): string {
  const about = of === undefined ? [] : [of.layer, of.name];
  return [settings.prefix, settings.environment, runId, step, ...about, attempt]
    .join("_")
    .replaceAll(/[^\w-]/g, "-");
}

/** The labels of a job: those of the resources, and whose job it is. Bills are split by them. */
export function jobLabels(
  { settings }: Cloud,
  runId: string,
  { step }: Purpose,
): Record<string, string> {
  const { labels, prefix, environment } = settings;
  const own = {
    platform: prefix,
    environment,
    component: "warehouse",
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
