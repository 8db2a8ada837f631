import { type Command, Option } from "commander";

import { MarqueeError } from "../errors.ts";
import { usualEnvironment } from "../settings/read-settings.ts";
import { asWord } from "./command-line.ts";

/** Who can run models and checks. */
export const engineNames = ["duckdb", "spark"] as const;
export type EngineName = (typeof engineNames)[number];

/** Where a run's lake, models and warehouse are: here, partly or all on Google Cloud. */
export const targetNames = ["local", "hybrid", "gcp"] as const;
export type TargetName = (typeof targetNames)[number];

/** Where a run takes place, complete. */
export interface Where {
  /** A folder; on Google Cloud the working copy of a bucket. */
  lake: string;
  target: TargetName;
  /** Whose bucket, cluster and datasets a run in the cloud takes; else MARQUEE_ENV or dev. */
  environment: string | undefined;
  /** Who runs models and checks. */
  engine: EngineName;
}

/** The same as a person says it. */
export interface SaidWhere {
  lake?: string;
  target: TargetName;
  env?: string;
  engine?: EngineName;
}

/** Lets a command ask where a run is to take place. */
export function addWhereOptions(command: Command): Command {
  return command
    .option("--lake <folder>", "where the results are kept (default: data, or data-ENV)")
    .addOption(
      new Option(
        "--target <name>",
        "local; gcp: lake in a bucket, Spark on Dataproc, BigQuery; hybrid: the same without Spark",
      )
        .choices(targetNames)
        .default("local"),
    )
    .option("--env <name>", "whose bucket, cluster and datasets, of settings/ (default: dev)")
    .addOption(
      new Option(
        "--engine <name>",
        "who runs models and checks (default: duckdb; on gcp spark)",
      ).choices(engineNames),
    );
}

/** @throws MarqueeError (usage) for parts that do not go together */
export function whereOf({ lake, target, env, engine }: SaidWhere): Where {
  if (lake?.trim() === "") throw usage("--lake needs the name of a folder");
  if (target === "local" && env !== undefined) {
    throw usage("--env is of the cloud: it needs --target hybrid or gcp");
  }
  if (target === "gcp" && engine === "duckdb") {
    throw usage("--target gcp runs models by Spark on Dataproc: --target hybrid takes DuckDB");
  }
  // A lake in the cloud has a working copy of its own: it is another one than what is in data.
  const usualLake = target === "local" ? "data" : `data-${env ?? usualEnvironment()}`;
  return {
    lake: lake ?? usualLake,
    target,
    environment: env,
    engine: engine ?? (target === "gcp" ? "spark" : "duckdb"),
  };
}

/** The same as words of a command line. */
export function whereWords({ lake, target, environment, engine }: Where): string[] {
  return [
    ...["--lake", asWord(lake)],
    ...(target === "local" ? [] : ["--target", target]),
    ...(environment === undefined ? [] : ["--env", environment]),
    ...(engine === "spark" && target !== "gcp" ? ["--engine", engine] : []),
  ];
}

/** What of these words stands behind the lake, at the end of a command that was kept. */
export function elsewhereIn(command: string): string {
  return /( --target \S+)?( --env \S+)?( --engine \S+)?$/.exec(command)?.[0] ?? "";
}

/** What is wrong with a command line of the pipeline, and where to look. */
export function usage(what: string): MarqueeError {
  return new MarqueeError({
    reason: "usage",
    what,
    next: "npm run pipeline -- --help shows what there is",
  });
}
