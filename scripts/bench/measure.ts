import { rm } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import { quoted, Session } from "../../jobs/duckdb.ts";
import { steps } from "../../jobs/pipeline.ts";
import { runChild } from "./child.ts";
import type { FloorSeconds } from "./floor.ts";
import { type Spread, spreadOf } from "./statistics.ts";

/** What one size came to: seconds and bytes, over all times that it was measured. */
export interface Measurement {
  ratings: number;
  times: number;
  /** From the start of node to its end, as a person waits. */
  pipeline: { seconds: Spread; peak_memory_bytes: Spread | null; steps: MeasuredStep[] };
  /** DuckDB alone; null where it could not do it within the pipeline's memory. */
  floor: MeasuredFloor | null;
  /** How many times as long as DuckDB alone the pipeline takes, by their medians. */
  ratio: number | null;
}

export interface MeasuredStep {
  step: string;
  seconds: Spread;
  peak_memory_bytes: Spread | null;
}

/** The three parts, and all of them together, without node's start. */
export interface MeasuredFloor {
  read: Spread;
  load: Spread;
  answer: Spread;
  seconds: Spread;
  peak_memory_bytes: Spread | null;
}

export interface Surroundings {
  /** Where lakes lie while they are measured. */
  work: string;
  signal: AbortSignal;
  /** How far it has got, for a person. */
  tell: (line: string) => void;
}

/**
 * Measures the pipeline and DuckDB alone, in turn, so that what slows the machine down for a while
 * slows down both.
 *
 * @param floorMayFail whether the pipeline counts even where DuckDB alone fails
 */
export async function measure(
  source: string,
  { ratings, times, floorMayFail }: { ratings: number; times: number; floorMayFail: boolean },
  surroundings: Surroundings,
): Promise<Measurement> {
  const { work, signal, tell } = surroundings;
  const pipelines: PipelineRun[] = [];
  const floors: FloorRun[] = [];
  for (let time = 1; time <= times; time++) {
    const pipeline = await runPipeline(source, path.join(work, "lake"), signal);
    pipelines.push(pipeline);
    tell(`${time} of ${times}: the pipeline took ${pipeline.seconds.toFixed(1)} s`);
    try {
      const floor = await runFloor(source, path.join(work, "floor"), signal);
      floors.push(floor);
      tell(`${time} of ${times}: DuckDB alone took ${floor.seconds.toFixed(1)} s`);
    } catch (error) {
      signal.throwIfAborted();
      if (!floorMayFail || !(error instanceof MarqueeError)) throw error;
      tell(`warning: DuckDB alone is left out: ${error.line}`);
    }
  }
  const pipeline = measuredPipeline(pipelines);
  const floor = floors.length < times ? null : measuredFloor(floors);
  const ratio = floor === null ? null : pipeline.seconds.median / floor.seconds.median;
  return { ratings, times, pipeline, floor, ratio };
}

interface PipelineRun {
  seconds: number;
  peakMemoryBytes: number | undefined;
  steps: StepRun[];
}

interface StepRun {
  step: string;
  seconds: number;
  peakMemoryBytes: number | undefined;
}

async function runPipeline(
  source: string,
  lake: string,
  signal: AbortSignal,
): Promise<PipelineRun> {
  try {
    const args = ["--source", source, "--lake", lake, "--log", "json"];
    const { seconds, peakMemoryBytes } = await runChild("jobs/pipeline.ts", args, signal);
    return { seconds, peakMemoryBytes, steps: await stepsOf(lake) };
  } finally {
    await rm(lake, { recursive: true, force: true });
  }
}

/** The steps as the run itself wrote them down. */
async function stepsOf(lake: string): Promise<StepRun[]> {
  const session = await Session.open({ macros: [], spillFolder: path.join(lake, "work") });
  try {
    const files = quoted(path.join(lake, "ops", "steps", "*.parquet"));
    const rows = await session.rows(
      `select * from read_parquet(${files}) where table_name is null`,
    );
    return rows.map((row) => ({
      step: String(row["step"]),
      seconds: Number(row["seconds"]),
      peakMemoryBytes: asNumber(row["peak_memory_bytes"]),
    }));
  } finally {
    session.close();
  }
}

function asNumber(value: unknown): number | undefined {
  return value === undefined || value === null ? undefined : Number(value);
}

interface FloorRun extends FloorSeconds {
  seconds: number;
  peakMemoryBytes: number | undefined;
}

async function runFloor(source: string, target: string, signal: AbortSignal): Promise<FloorRun> {
  try {
    const run = await runChild("scripts/bench/floor.ts", [source, target], signal);
    const parts = JSON.parse(run.stdout) as FloorSeconds;
    const seconds = parts.read + parts.load + parts.answer;
    return { ...parts, seconds, peakMemoryBytes: run.peakMemoryBytes };
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

function measuredPipeline(runs: readonly PipelineRun[]): Measurement["pipeline"] {
  return {
    seconds: spreadOf(runs.map(({ seconds }) => seconds)),
    peak_memory_bytes: spreadOfKnown(runs),
    steps: steps.map(({ name }) => {
      const same = runs.flatMap((run) => run.steps.filter(({ step }) => step === name));
      return {
        step: name,
        seconds: spreadOf(same.map(({ seconds }) => seconds)),
        peak_memory_bytes: spreadOfKnown(same),
      };
    }),
  };
}

function measuredFloor(runs: readonly FloorRun[]): MeasuredFloor {
  return {
    read: spreadOf(runs.map(({ read }) => read)),
    load: spreadOf(runs.map(({ load }) => load)),
    answer: spreadOf(runs.map(({ answer }) => answer)),
    seconds: spreadOf(runs.map(({ seconds }) => seconds)),
    peak_memory_bytes: spreadOfKnown(runs),
  };
}

/** Null where the system, or an older run, does not tell. */
function spreadOfKnown(runs: readonly { peakMemoryBytes: number | undefined }[]): Spread | null {
  const known = runs.flatMap(({ peakMemoryBytes }) => peakMemoryBytes ?? []);
  return known.length === 0 ? null : spreadOf(known);
}
