import { Command, Option } from "commander";

import { asWord, parsed } from "./command-line.ts";
import { type Months, readMonths } from "./months.ts";
import type { LogFormat } from "./report/log.ts";
import {
  addWhereOptions,
  type SaidWhere,
  usage,
  type Where,
  whereOf,
  whereWords,
} from "./where-options.ts";

/** What a run is asked for, complete. */
export interface Options extends Where {
  /** Names or folders, as they were given. */
  sources: string[];
  /** Whether the small edition of a file is taken where there is one. */
  small: boolean;
  /** Whether the sources are added to what is published, instead of taking its place. */
  merge: boolean;
  /** The instant for which files stand that do not lie in a folder named by its day; else the run's start. */
  delivered: Date | undefined;
  /** Take ratings of these months alone. */
  months: Months | undefined;
  /** Names of the steps to run, in the order of the pipeline. */
  only: string[];
  log: LogFormat;
}

/** What a run does that is asked for nothing else. */
export const usualOptions = {
  small: false,
  merge: false,
  delivered: undefined,
  months: undefined,
  target: "local",
  environment: undefined,
  engine: "duckdb",
  log: "text",
} as const satisfies Partial<Options>;

/** What the command line asks for: a run, or to say only what it would do. */
export interface Asked extends Options {
  dryRun: boolean;
}

/**
 * Reads the command line.
 *
 * @param argv without the program's own name
 * @param stepNames all steps in their order; without --only all of them are run
 * @returns undefined where only the help was asked for, which has been printed then
 * @throws MarqueeError (usage) for an unknown option, step or value
 */
export function readOptions(
  argv: readonly string[],
  stepNames: readonly string[],
): Asked | undefined {
  const command = new Command("npm run pipeline --")
    .description("Takes films' dirty files to checked answers in a lake folder.")
    .addOption(
      new Option(
        "--source <name or folder>",
        "sample, a dataset such as kaggle or ml-1m, or a folder or zip with known files; may be repeated",
      ).argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), value]),
    )
    .option("--small", "take a file's small edition where a folder holds both", false)
    .option("--merge", "add the sources to what the lake holds, key by key", false)
    .option(
      "--delivered <day or instant>",
      "when files came that lie in no folder named by its day, such as 2024-01-31 (default: now)",
    )
    .option("--months <from..to>", "take the ratings of these months alone: 2015-01..2015-12")
    .option("--from <step>", "go on with a run that failed, from this step")
    .option("--only <steps>", `run these steps alone, separated by commas: ${stepNames.join(", ")}`)
    .option(
      "--dry-run",
      "say what would be fetched, in the cloud also sent, run and loaded, at what price; do nothing",
      false,
    )
    .addOption(
      new Option("--log <format>", "how the run is reported")
        .choices(["text", "json"])
        .default("text"),
    );
  if (!parsed(addWhereOptions(command), argv)) return undefined;

  const said = command.opts<Said>();
  const only = chosenSteps(said, stepNames);
  if (!only.includes("prepare")) {
    const idle = (["source", "small", "merge", "delivered", "months"] as const).find(
      (name) => said[name],
    );
    if (idle !== undefined && !(idle === "source" && only.includes("fetch"))) {
      throw usage(`--${idle} is read by the steps fetch and prepare, which are left out`);
    }
  }
  if (said.from !== undefined && only.includes("prepare") && said.source === undefined) {
    throw usage(
      `--from ${said.from} reads the sources again: name them with --source, and --merge if it was one`,
    );
  }
  return {
    sources: said.source ?? ["sample"],
    small: said.small,
    merge: said.merge,
    delivered: said.delivered === undefined ? undefined : deliveredOf(said.delivered),
    months: said.months === undefined ? undefined : monthsOf(said.months),
    ...whereOf(said),
    only,
    log: said.log,
    dryRun: said.dryRun,
  };
}

interface Said extends SaidWhere {
  source?: string[];
  small: boolean;
  merge: boolean;
  delivered?: string;
  months?: string;
  from?: string;
  only?: string;
  log: LogFormat;
  dryRun: boolean;
}

/** @throws MarqueeError (usage) for a text that names no months */
export function monthsOf(said: string): Months {
  const months = readMonths(said);
  if (typeof months === "string") throw usage(`--months: "${said}" ${months}`);
  return months;
}

const instantForm = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/;

/**
 * When a delivery came. A day means its first moment, as for a folder that is named by it.
 *
 * @throws MarqueeError (usage) for a text that is neither a day nor an instant, or that lies ahead
 */
export function deliveredOf(said: string): Date {
  const instant = new Date(instantForm.test(said) ? said : Number.NaN);
  const isReal =
    !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(said.slice(0, 10));
  if (!isReal) {
    throw usage(
      `--delivered: "${said}" is no day like 2024-01-31 and no instant like 2024-01-31T12:00Z`,
    );
  }
  if (instant.getTime() > Date.now()) throw usage(`--delivered: ${said} has not come yet`);
  return instant;
}

/** The command that does the same again from the start. */
export function commandOf(options: Options): string {
  const { sources, small, merge, delivered, months } = options;
  const words = [
    ...sources.flatMap((source) => ["--source", asWord(source)]),
    ...(small ? ["--small"] : []),
    ...(merge ? ["--merge"] : []),
    ...(delivered === undefined ? [] : ["--delivered", `${delivered.toISOString().slice(0, 19)}Z`]),
    ...(months === undefined ? [] : ["--months", `${months.from}..${months.to}`]),
    ...whereWords(options),
  ];
  return `npm run pipeline -- ${words.join(" ")}`;
}

/** The command that goes on with what a run has prepared: sources are not read again then. */
export function commandToGoOn(where: Where, step: string): string {
  return `npm run pipeline -- ${["--from", step, ...whereWords(where)].join(" ")}`;
}

/** How to report, as far as it can be told before the command line is known to be sound. */
export function logFormatOf(argv: readonly string[]): LogFormat {
  const place = argv.indexOf("--log");
  const said = place === -1 ? argv.find((word) => word.startsWith("--log=")) : argv[place + 1];
  return said?.replace("--log=", "") === "json" ? "json" : "text";
}

function chosenSteps({ only, from }: Said, stepNames: readonly string[]): string[] {
  if (only !== undefined && from !== undefined) {
    throw usage("--from and --only both say which steps to run: give one of them");
  }
  if (from !== undefined) {
    expectStep("--from", from, stepNames);
    return stepNames.slice(stepNames.indexOf(from));
  }
  if (only === undefined) return [...stepNames];
  const asked = only.split(",").map((name) => name.trim());
  for (const name of asked) expectStep("--only", name, stepNames);
  return stepNames.filter((name) => asked.includes(name));
}

function expectStep(option: string, name: string, stepNames: readonly string[]): void {
  if (stepNames.includes(name)) return;
  throw usage(`${option}: there is no step "${name}"; the steps are ${stepNames.join(", ")}`);
}
