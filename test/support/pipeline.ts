import { type Options, usualOptions } from "../../jobs/options.ts";
import { runPipeline, steps } from "../../jobs/pipeline.ts";
import type { Log } from "../../jobs/report/log.ts";
import type { Run } from "../../jobs/run.ts";

/** A log that keeps what it is told. */
export function quietLog(): Log & { warnings: string[] } {
  const warnings: string[] = [];
  const log: Log & { warnings: string[] } = {
    ofRun: () => log,
    warnings,
    info: () => undefined,
    detail: () => undefined,
    warn: (message) => warnings.push(message),
    error: () => undefined,
    transfer: (_label, work) => work(() => undefined),
    progress: (_label, _total, work) => work(() => undefined),
  };
  return log;
}

/** Runs the pipeline in this process, all steps unless said otherwise. */
export async function runLocally(
  options: Partial<Options> & Pick<Options, "sources" | "lake">,
  log: Log = quietLog(),
): Promise<Run> {
  const only = steps.map(({ name }) => name);
  return runPipeline({ ...usualOptions, only, ...options }, log);
}
