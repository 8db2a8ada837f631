import { fileURLToPath } from "node:url";
import { argv } from "node:process";
import path from "node:path";

import { asMarqueeError, exitCodes, MarqueeError } from "../errors.ts";
import { loadCatalog } from "../sql/catalog/catalog.ts";
import { check } from "./check.ts";
import { environmentOf, withCloud } from "./cloud/run.ts";
import { Session } from "./duckdb.ts";
import { DuckDBEngine } from "./engine/duckdb.ts";
import type { Engine } from "./engine/engine.ts";
import { SparkEngine } from "./engine/spark/engine.ts";
import { LocalSpark } from "./engine/spark/local-place.ts";
import { fetch } from "./fetch.ts";
import { givenSources } from "./fetch/given.ts";
import { fetchPlan } from "./fetch/plan.ts";
import { damageIn } from "./lake/damage.ts";
import { asLakeError, FolderLake } from "./lake/folder.ts";
import { newRecord } from "./ops.ts";
import { commandOf, logFormatOf, type Options, readOptions } from "./options.ts";
import { prepare } from "./prepare.ts";
import { publish, publishOpsAlone } from "./publish.ts";
import { offeringToGoOn } from "./report/failed-run.ts";
import { forgetPeakMemory, peakMemory } from "./report/memory.ts";
import { createLog, type Log } from "./report/log.ts";
import { failedAt, type RunPlace } from "./report/run-place.ts";
import { finishedFields, summary } from "./report/summary.ts";
import { newRunId, type Run, type Step } from "./run.ts";
import { stoppable, unlessStopped } from "./signals.ts";
import { transform } from "./transform.ts";

/** The pipeline, in the order in which data moves through it. */
export const steps: Step[] = [
  { name: "fetch", run: fetch },
  { name: "prepare", run: prepare },
  { name: "transform", run: transform, usesEngine: true },
  { name: "check", run: check, usesEngine: true },
  { name: "publish", run: publish },
];

/**
 * Runs the pipeline once.
 *
 * @param expects is shown the lake once this run alone may work on it, and can refuse it by failing
 * @returns what the run did; its tables are published, if the steps asked for include that
 * @throws MarqueeError where the run cannot go on; readers then see what they saw before
 */
export async function runPipeline(
  options: Options,
  anyLog: Log,
  startedAt = new Date(),
  expects: (lake: FolderLake) => Promise<void> = () => Promise.resolve(),
): Promise<Run> {
  const catalog = await loadCatalog();
  // Before anything is begun.
  await givenSources(options.sources, catalog.datasets);
  const environment = await environmentOf(options);

  const id = newRunId(startedAt);
  const log = anyLog.ofRun(id);
  const { sources, target, engine } = options;
  const command = commandOf(options);
  const claim = { runId: id, startedAt: startedAt.toISOString(), sources, command, target, engine };
  const place: RunPlace = { run_id: id };
  return stoppable(async (stop) => {
    const lake = await FolderLake.open(options.lake, claim);
    try {
      const usesDataproc = worksOnDataproc(options);
      const beginning = { environment, catalog, lake, log, claim, usesDataproc };
      return await withCloud(beginning, stop, async (cloud) => {
        await expects(lake);
        const plan = { id, startedAt, options, catalog, lake, cloud, record: newRecord(), log };
        return runSteps(plan, place, stop);
      });
    } finally {
      await lake.close();
    }
  }).catch((error: unknown) => {
    throw failedAt(place, asMarqueeError(error));
  });
}

function worksOnDataproc({ target, engine, only }: Options): boolean {
  if (target !== "gcp" || engine !== "spark") return false;
  return steps.some(({ name, usesEngine }) => usesEngine === true && only.includes(name));
}

/** A run before it has a session to work in. */
type Plan = Omit<Run, "session" | "engine">;

/** @param place is kept up to date */
async function runSteps(plan: Plan, place: RunPlace, stop: AbortSignal): Promise<Run> {
  const asked = steps.filter(({ name }) => plan.options.only.includes(name));
  const runAll = async (run: Run): Promise<Run> => {
    for (const step of asked) {
      stop.throwIfAborted();
      place.step = step.name;
      await runStep(step, run, stop);
      place.step = undefined;
    }
    if (!run.record.published) await publishOpsAlone(run, "succeeded", undefined);
    return run;
  };
  try {
    return await withSession(plan, runAll, stop);
  } catch (error) {
    const reason = await explained(plan, asLakeError(plan.options.lake, error));
    const known = offeringToGoOn(reason, place.step, plan.options);
    await recordFailure(plan, known);
    throw known;
  }
}

/** A failure that may come of a damaged file is held against the files before it is believed. */
async function explained(plan: Plan, error: unknown): Promise<unknown> {
  if (error instanceof MarqueeError && !["catalog", "internal"].includes(error.reason))
    return error;
  const { folder, work } = plan.lake;
  const places = [work, path.join(folder, "current", "ops")];
  const look = (run: Run): Promise<unknown> => damageIn(run.session, places);
  return (await withSession(plan, look).catch(() => undefined)) ?? error;
}

async function withSession<T>(
  plan: Plan,
  use: (run: Run) => Promise<T>,
  stop?: AbortSignal,
): Promise<T> {
  const spillFolder = path.join(plan.lake.work, "spill");
  const session = await Session.open({ macros: plan.catalog.macros, spillFolder, stop });
  const engine = engineOf(plan, session, stop);
  try {
    return await use({ ...plan, session, engine });
  } finally {
    await engine.close();
    session.close();
  }
}

function engineOf(
  { options, lake, cloud }: Plan,
  session: Session,
  stop: AbortSignal | undefined,
): Engine {
  const { work } = lake;
  if (options.engine === "duckdb") return new DuckDBEngine(session, work);
  const place =
    options.target === "gcp" && cloud !== undefined
      ? cloud.spark(work, stop)
      : new LocalSpark(work, stop);
  return new SparkEngine(session, work, place);
}

async function runStep(step: Step, run: Run, stop: AbortSignal): Promise<void> {
  const start = performance.now();
  forgetPeakMemory();
  const work = step.run(run);
  // What readers see is never left half done: publish ends by itself.
  await (step.run === publish ? work : unlessStopped(work, stop));
  const seconds = (performance.now() - start) / 1000;
  // Publish writes its own row, for it writes the table in which it stands.
  const measured = { step: step.name, seconds, peakMemoryBytes: peakMemory() };
  if (!run.record.published) run.record.steps.push(measured);
  run.log.info(`${step.name}: ${seconds.toFixed(1)} s`, measured);
}

/**
 * A run that failed is told of in ops too, by a session of its own, since a full disk may have spoilt
 * the run's. Where even that fails, the first error still counts.
 */
async function recordFailure(plan: Plan, error: unknown): Promise<void> {
  const message = error instanceof MarqueeError ? error.line : String(error);
  try {
    // On a full disk what the run has made so far gives way to the word that it failed.
    if (message.includes("the disk is full")) await plan.lake.dropWork();
    await withSession(plan, (run) => publishOpsAlone(run, "failed", message));
  } catch (second) {
    const { message: why } = asMarqueeError(asLakeError(plan.options.lake, second));
    plan.log.warn(`the failed run could not be written to ops: ${why}`);
  }
}

async function main(): Promise<number> {
  const log = createLog(logFormatOf(argv.slice(2)));
  try {
    const options = readOptions(
      argv.slice(2),
      steps.map(({ name }) => name),
    );
    if (options === undefined) return exitCodes.success;
    if (options.dryRun) {
      const catalog = await loadCatalog();
      process.stdout.write(await fetchPlan(options, catalog));
      if (options.target !== "local") {
        const { cloudPlan } = await import("./cloud/plan.ts");
        process.stdout.write(await cloudPlan(options, catalog, log));
      }
      return exitCodes.success;
    }
    const start = performance.now();
    const run = await runPipeline(options, log);
    const seconds = (performance.now() - start) / 1000;
    if (options.log === "text") process.stdout.write(`\n${summary(run, seconds)}`);
    else log.info("finished", finishedFields(run, seconds));
    return exitCodes.success;
  } catch (error) {
    const known = asMarqueeError(error);
    log.error(known);
    return known.exitCode;
  }
}

if (argv[1] !== undefined && path.resolve(argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main();
}
