import { argv } from "node:process";

import { Command, InvalidArgumentError, Option } from "commander";

import { exitCodes, MarqueeError } from "../errors.ts";
import { parsed } from "../jobs/command-line.ts";
import { type Months, monthsIn } from "../jobs/months.ts";
import { deliveredOf, logFormatOf, monthsOf } from "../jobs/options.ts";
import { runPipeline, steps } from "../jobs/pipeline.ts";
import { createLog, type Log, type LogFormat } from "../jobs/report/log.ts";
import { stoppable } from "../jobs/signals.ts";
import {
  forgetProgress,
  isSame,
  type Progress,
  readProgress,
  writeProgress,
} from "../jobs/lake/backfill.ts";
import { addWhereOptions, type SaidWhere, type Where, whereOf } from "../jobs/where-options.ts";
import { program } from "./program.ts";

interface Said extends SaidWhere {
  source: string[];
  months: string;
  batch: number;
  small: boolean;
  delivered?: string;
  restart: boolean;
  log: LogFormat;
}

function wholeMonths(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("It is no number of months.");
  return Number(text);
}

const command = new Command("npm run backfill --")
  .description("merge many months of ratings into a lake, some at a time; go on where it stopped")
  .requiredOption("--source <name or folder...>", "as for npm run pipeline; several may be named")
  .requiredOption("--months <from..to>", "the months, such as 1996-01..2017-12")
  .option("--batch <months>", "how many months are merged at a time", wholeMonths, 12)
  .option("--small", "take a file's small edition where a folder holds both", false)
  .option("--delivered <day or instant>", "when files came that lie in no dated folder")
  .option("--restart", "begin again, although a backfill is unfinished", false)
  .addOption(
    new Option("--log <format>", "how it is reported").choices(["text", "json"]).default("text"),
  );

const log = createLog(logFormatOf(argv.slice(2)));
await program(
  async () => {
    if (!parsed(addWhereOptions(command))) return exitCodes.success;
    const said = command.opts<Said>();
    const where = whereOf(said);
    await stoppable((stop) => backfill(said, where, log, stop));
    return exitCodes.success;
  },
  (error) => {
    log.error(error);
  },
);

/** Merges batch after batch: what is published of it is whole months, at every moment. */
async function backfill(said: Said, where: Where, report: Log, stop: AbortSignal): Promise<void> {
  let progress = await begun(said, where);
  const all = batches({ from: progress.from, to: progress.to }, progress.monthsOfBatch);
  if (progress.done > 0) report.info(`Going on after ${progress.done} of ${all.length} batches`);
  for (const [index, months] of all.entries()) {
    if (index < progress.done) continue;
    // A signal that came when a batch was as good as published has let it end.
    stop.throwIfAborted();
    report.info(`Batch ${index + 1} of ${all.length}: ${months.from}..${months.to}`, {
      batch: index + 1,
      batches: all.length,
      ...months,
    });
    const { sources, small, delivered } = progress;
    const only = steps.map(({ name }) => name);
    const how = { ...where, sources, small, only, log: said.log };
    const merge = { ...how, merge: true, delivered: new Date(delivered), months };
    const { lake } = await runPipeline(merge, report);
    const root = (await lake.published())?.state.prepared?.root;
    if (progress.root !== undefined && progress.root !== root) throw await madeAnew(where.lake);
    progress = { ...progress, done: index + 1, root };
    await writeProgress(where.lake, progress);
  }
  await forgetProgress(where.lake);
  report.info(`Backfilled ${said.months} in ${all.length} batches`);
}

/** The batches of before are not in a lake that was begun from nothing since, on whatever machine. */
async function madeAnew(lake: string): Promise<MarqueeError> {
  await forgetProgress(lake);
  return new MarqueeError({
    reason: "usage",
    what: "the lake was made anew since this backfill began: its earlier batches are not in it",
    next: "Give the command again: it begins with the first month",
  });
}

/** @throws MarqueeError (usage) where another backfill of this lake is unfinished */
async function begun(said: Said, { lake }: Where): Promise<Progress> {
  const { from, to } = monthsOf(said.months);
  const delivered = said.delivered === undefined ? new Date() : deliveredOf(said.delivered);
  const asked: Progress = {
    ...{ sources: said.source, small: said.small, from, to, monthsOfBatch: said.batch },
    ...{ delivered: delivered.toISOString(), done: 0 },
  };
  if (said.restart) await forgetProgress(lake);
  const earlier = await readProgress(lake);
  if (earlier === undefined) return asked;
  const isOfSaidDay = said.delivered === undefined || earlier.delivered === asked.delivered;
  if (isSame(earlier, asked) && isOfSaidDay) return earlier;
  throw new MarqueeError({
    reason: "usage",
    what: `a backfill of ${earlier.from}..${earlier.to} from ${earlier.sources.join(", ")} in batches of ${earlier.monthsOfBatch} months is unfinished (${earlier.done} batches are done)`,
    next: "Finish it with the same command, or begin this one with --restart",
  });
}

function batches(months: Months, size: number): Months[] {
  const names = monthsIn(months);
  return names
    .filter((_, index) => index % size === 0)
    .map((from, index) => {
      const to = names[Math.min((index + 1) * size, names.length) - 1] ?? from;
      return { from, to };
    });
}
