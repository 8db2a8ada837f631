import { commandAnew, commandToGoOn, stepToGoOn } from "../lake/going-on.ts";
import { isCleaning } from "../lake/cleaning.ts";
import { asWord } from "../../jobs/command-line.ts";
import { lasting, wrapped } from "../lake/text.ts";
import type { History, ToldRun } from "./history.ts";

/** How a run ended, where there is more to say than its status, and how to go on. */
export function endingLines(run: ToldRun, history: History, indent: string): string[] {
  switch (run.status) {
    case "succeeded":
      return [];
    case "running":
      return wrapped(runningSince(run, history), indent);
    case "failed":
    case "killed":
      return [...wrapped(whatHappened(run), indent), ...wayOn(run, history, indent)];
  }
}

function runningSince({ startedAt }: ToldRun, { holder }: History): string {
  const seconds = Math.max(0, Date.now() - startedAt.getTime()) / 1000;
  const place = holder?.claim && `process ${holder.claim.processId} on ${holder.claim.host}`;
  return `running since ${startedAt.toISOString()}, for ${lasting(seconds)}: ${place ?? ""}`;
}

function whatHappened({ message, isInOps }: ToldRun): string {
  if (isInOps) return message ?? "it left no message";
  return "its process ended without a word; the next run will write that into ops";
}

function wayOn(run: ToldRun, { lake, runs, holder, work }: History, indent: string): string[] {
  if (holder?.isAlive === true) {
    return [`${indent}Go on: when run ${holder.claim.runId}, which holds the lake, has ended`];
  }
  if (isCleaning(run.id)) return [`${indent}Anew:  npm run clean -- --lake ${asWord(lake)}`];
  const later = runs.slice(0, runs.indexOf(run));
  const step = stepToGoOn(run, work);
  const anew = `${indent}Anew:  ${run.command ?? commandAnew(run.sources, lake)}`;
  if (step !== undefined)
    return [`${indent}Go on: ${commandToGoOn(step, lake, run.command)}`, anew];
  const since = later.find((other) => other.status === "succeeded" && isOverSame(other, run));
  if (since !== undefined) return [`${indent}Run ${since.id} has succeeded since`];
  return [anew];
}

function isOverSame(one: ToldRun, other: ToldRun): boolean {
  return one.sources.join() === other.sources.join();
}
