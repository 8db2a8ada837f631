import { Command, Option } from "commander";

import { MarqueeError } from "../errors.ts";
import { parsed } from "./command-line.ts";
import type { LogFormat } from "./report/log.ts";

/** What a run is asked for, complete. */
export interface Options {
  /** Names or folders, as they were given. */
  sources: string[];
  /** Whether the small edition of a file is taken where there is one. */
  small: boolean;
  lake: string;
  /** Names of the steps to run, in the order of the pipeline. */
  only: string[];
  log: LogFormat;
}

/** What the command line asks for: a run, or to say only what it would fetch. */
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
    .option("--lake <folder>", "where the results are kept", "data")
    .option("--only <steps>", `run these steps alone, separated by commas: ${stepNames.join(", ")}`)
    .option("--dry-run", "say what would be fetched, and do nothing", false)
    .addOption(
      new Option("--log <format>", "how the run is reported")
        .choices(["text", "json"])
        .default("text"),
    );
  if (!parsed(command, argv)) return undefined;

  const said = command.opts<{
    source?: string[];
    small: boolean;
    lake: string;
    only?: string;
    log: LogFormat;
    dryRun: boolean;
  }>();
  const only = said.only === undefined ? [...stepNames] : chosenSteps(said.only, stepNames);
  if (said.lake.trim() === "") throw usage("--lake needs the name of a folder");
  if (said.source !== undefined && !only.includes("fetch") && !only.includes("prepare")) {
    throw usage("--source is read by the steps fetch and prepare, which --only leaves out");
  }
  return {
    sources: said.source ?? ["sample"],
    small: said.small,
    lake: said.lake,
    only,
    log: said.log,
    dryRun: said.dryRun,
  };
}

/** How to report, as far as it can be told before the command line is known to be sound. */
export function logFormatOf(argv: readonly string[]): LogFormat {
  const place = argv.indexOf("--log");
  const said = place === -1 ? argv.find((word) => word.startsWith("--log=")) : argv[place + 1];
  return said?.replace("--log=", "") === "json" ? "json" : "text";
}

function chosenSteps(said: string, stepNames: readonly string[]): string[] {
  const asked = said.split(",").map((name) => name.trim());
  const unknown = asked.find((name) => !stepNames.includes(name));
  if (unknown !== undefined) {
    throw usage(`--only: there is no step "${unknown}"; the steps are ${stepNames.join(", ")}`);
  }
  return stepNames.filter((name) => asked.includes(name));
}

function usage(what: string): MarqueeError {
  return new MarqueeError({
    reason: "usage",
    what,
    next: "npm run pipeline -- --help shows what there is",
  });
}
