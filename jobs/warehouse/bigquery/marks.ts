import type { Cloud } from "../../cloud/cloud.ts";

/** What a job is for: its name in BigQuery says it. */
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
