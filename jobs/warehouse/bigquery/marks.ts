import type { Table } from "../../../sql/catalog/types.ts";
import type { Cloud } from "../../cloud/cloud.ts";

/** Steps whose jobs change a table; all others read. */
const changes = ["load", "stage", "exchange"] as const;
export type Change = (typeof changes)[number];

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

/** The command that ends a job; without its region, one outside the US is not found. */
export function cancelCommand({ settings }: Cloud, id: string): string {
  return `bq --project_id=${settings.project.id} --location=${settings.region} cancel ${id}`;
}

/** What a run's jobs may be for that change tables. */
export function changesTo(tables: readonly Table[]): Purpose[] {
  return tables.flatMap((of) => changes.map((step) => ({ step, of })));
}

/** Whether a job changes a table: those of a killed run are looked for. */
export function isChange({ step }: Purpose): boolean {
  return (changes as readonly string[]).includes(step);
}
