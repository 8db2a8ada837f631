import { Command, InvalidArgumentError } from "commander";

import { parsed } from "../../jobs/command-line.ts";
import { environmentOption } from "../deploy/options.ts";
import { type Assumptions, usualAssumptions as usual } from "./items.ts";

export interface CostOptions {
  environment: string | undefined;
  assumptions: Assumptions;
  json: boolean;
}

/** Beyond it nobody means it. */
const most = 1e9;

/**
 * Reads the command line.
 *
 * @param argv without the program's own name
 * @returns undefined where only the help was asked for, which has been printed then
 * @throws MarqueeError (usage) for an unknown option, or a value that is no number from 0
 */
export function readOptions(argv?: readonly string[]): CostOptions | undefined {
  const command = new Command("npm run cost --")
    .description("Estimates what an environment costs in a month; nothing is deployed or asked.")
    .addOption(environmentOption())
    .option("--lake-gigabytes <number>", "files in the lake", amount, usual.lakeGigabytes)
    .option("--warehouse-gigabytes <number>", "tables", amount, usual.warehouseGigabytes)
    .option("--runs <number>", "runs a month", count, usual.runs)
    .option("--run-minutes <number>", "Spark's work in a run", amount, usual.runMinutes)
    .option("--query-gigabytes <number>", "scanned in a month", amount, usual.queryGigabytes)
    .option("--json", "one JSON object instead of text", false);
  if (!parsed(command, argv)) return undefined;
  const { env, json, ...assumptions } = command.opts<
    Assumptions & { env?: string; json: boolean }
  >();
  return { environment: env, assumptions, json };
}

function amount(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) <= most) return Number(text);
  throw new InvalidArgumentError(`It is no number from 0 to ${most}.`);
}

function count(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw new InvalidArgumentError(`It is no whole number from 0 to ${most}.`);
}
