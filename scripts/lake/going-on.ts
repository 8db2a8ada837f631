import type { LakeState } from "../../jobs/lake/state.ts";
import { asWord } from "../../jobs/command-line.ts";
import { elsewhereIn } from "../../jobs/where-options.ts";

/** The steps that can begin with tables which an earlier run has left. */
export type LaterStep = "transform" | "check" | "publish";

/** The first step that has not been done on the tables of a folder; undefined where none has. */
export function nextStep(state: LakeState | undefined): LaterStep | undefined {
  if (state?.checkedBy !== undefined) return "publish";
  if (state?.transformedBy !== undefined) return "check";
  return state?.prepared === undefined ? undefined : "transform";
}

/** What is to be known of a run to tell whether unfinished tables are its own. */
export interface Attempt {
  id: string;
  /** The steps that it did or began, as far as they have left a row in ops. */
  reached: readonly string[];
}

/**
 * The step that goes on with a run's work.
 *
 * @param work the state of the unfinished tables in the lake
 * @returns undefined where they are another run's, or there are none
 */
export function stepToGoOn(run: Attempt, work: LakeState | undefined): LaterStep | undefined {
  const step = nextStep(work);
  return step !== undefined && isWorkOf(run, work) ? step : undefined;
}

function isWorkOf({ id, reached }: Attempt, work: LakeState | undefined): boolean {
  if (work?.prepared === undefined) return false;
  if ([work.prepared.runId, work.transformedBy, work.checkedBy].includes(id)) return true;
  // A run that began behind prepare went on with the tables of an earlier one, and may have failed
  // before it could put its name to them. Ids sort by time.
  const wentOn = reached.length > 0 && !reached.some((step) => ["fetch", "prepare"].includes(step));
  return wentOn && work.prepared.runId < id;
}

/**
 * The command that goes on from a step.
 *
 * @param command of the run that is gone on with: on Google Cloud, or with Spark, where it was
 */
export function commandToGoOn(step: LaterStep, lake: string, command = ""): string {
  return `npm run pipeline -- --from ${step} --lake ${asWord(lake)}${elsewhereIn(command)}`;
}

export function commandAnew(sources: readonly string[], lake: string): string {
  const said = sources.map((source) => `--source ${asWord(source)} `).join("");
  return `npm run pipeline -- ${said}--lake ${asWord(lake)}`;
}
