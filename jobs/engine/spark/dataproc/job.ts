import type { Cloud } from "../../../cloud/cloud.ts";

/**
 * Id of a job: the same for the same attempt of a run, so that submitting it twice makes one job.
 * Batches know small letters, digits and hyphens only, 63 at most.
 *
 * @param attempt counts from 1 within the run
 */
export function jobIdOf({ names }: Cloud, runId: string, attempt: number): string {
  return `${names.base}-${runId}-${attempt}`.toLowerCase().replace(/[^a-z0-9-]+/g, "-");
}
