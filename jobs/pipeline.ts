import { fileURLToPath } from "node:url";
import { argv } from "node:process";
import path from "node:path";

import { exitCodes, MarqueeError } from "../errors.ts";
import { loadCatalog } from "../sql/catalog/catalog.ts";
import { check } from "./check.ts";
import { Session } from "./duckdb.ts";
import { DuckDBEngine } from "./engine/duckdb.ts";
import { expectKnownSources, fetch } from "./fetch.ts";
import { asLakeError, FolderLake } from "./lake/folder.ts";
import { newRecord } from "./ops.ts";
import { type Options, readOptions } from "./options.ts";
import { prepare } from "./prepare.ts";
import { publish, publishOpsAlone } from "./publish.ts";
import { createLog, type Log } from "./report/log.ts";
import { summary } from "./report/summary.ts";
import { newRunId, type Run, type Step } from "./run.ts";
import { transform } from "./transform.ts";

/** The pipeline, in the order in which data moves through it. */
export const steps: Step[] = [
  { name: "fetch", run: fetch },
  { name: "prepare", run: prepare },
  { name: "transform", run: transform },
  { name: "check", run: check },
  { name: "publish", run: publish },
];

/**
 * Runs the pipeline once.
 *
 * @returns what the run did; its tables are published, if the steps asked for include that
 * @throws MarqueeError where the run cannot go on; readers then see what they saw before
 */
export async function runPipeline(
  options: Options,
  log: Log,
  startedAt = new Date(),
): Promise<Run> {
  const catalog = await loadCatalog();
  await expectKnownSources(options.sources);

  const id = newRunId(startedAt);
  const claim = { runId: id, startedAt: startedAt.toISOString(), sources: options.sources };
  const lake = await FolderLake.open(options.lake, claim);
  const spillFolder = path.join(lake.work, "spill");
  const session = await Session.open({ macros: catalog.macros, spillFolder });
  const engine = new DuckDBEngine(session, lake.work);
  const run: Run = {
    id,
    startedAt,
    options,
    catalog,
    lake,
    session,
    engine,
    record: newRecord(),
    log,
  };

  try {
    for (const step of steps.filter(({ name }) => options.only.includes(name))) {
      await runStep(step, run);
    }
    if (!run.record.published) await publishOpsAlone(run, "succeeded", undefined);
    return run;
  } catch (error) {
    const known = asLakeError(options.lake, error);
    await recordFailure(run, known);
    throw known;
  } finally {
    session.close();
    await lake.close();
  }
}

async function runStep(step: Step, run: Run): Promise<void> {
  const start = performance.now();
  await step.run(run);
  const seconds = (performance.now() - start) / 1000;
  // Publish writes its own row, for it writes the table in which it stands.
  if (!run.record.published) run.record.steps.push({ step: step.name, seconds });
  run.log.info(`${step.name}: ${seconds.toFixed(1)} s`, { step: step.name, seconds });
}

/** A run that failed is told of in ops too; where even that fails, the first error still counts. */
async function recordFailure(run: Run, error: unknown): Promise<void> {
  const message = error instanceof MarqueeError ? error.line : String(error);
  try {
    await publishOpsAlone(run, "failed", message);
  } catch (second) {
    run.log.warn(`the failed run could not be written to ops: ${oneLine(second)}`);
  }
}

async function main(): Promise<number> {
  let log = createLog("text");
  try {
    const options = readOptions(
      argv.slice(2),
      steps.map(({ name }) => name),
    );
    if (options === undefined) return exitCodes.success;
    log = createLog(options.log);
    const start = performance.now();
    const run = await runPipeline(options, log);
    const seconds = (performance.now() - start) / 1000;
    if (options.log === "text") process.stdout.write(`\n${summary(run, seconds)}`);
    else
      log.info("finished", {
        run_id: run.id,
        seconds,
        synthetic: run.record.synthetic,
        published: run.record.published,
        remarks: run.record.remarks,
      });
    return exitCodes.success;
  } catch (error) {
    const known = error instanceof MarqueeError ? error : unexpected(error);
    log.error(known);
    return known.exitCode;
  }
}

/** A fault of ours: still one line, the stack only for whoever asks for it. */
function unexpected(error: unknown): MarqueeError {
  if (process.env["MARQUEE_DEBUG"] !== undefined && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ""}\n`);
  }
  return new MarqueeError({
    reason: "internal",
    what: `this should not have happened: ${oneLine(error)}`,
    next: "Please report it, with what MARQUEE_DEBUG=1 prints",
    cause: error,
  });
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

if (argv[1] !== undefined && path.resolve(argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main();
}
