import { Command, InvalidArgumentError, Option } from "commander";

import { MarqueeError } from "../../errors.ts";
import { parsed } from "../../jobs/command-line.ts";

/** What a bench is asked for: one size, several, both engines, or to draw what is known. */
export type BenchOptions =
  | ({ kind: "one"; ratings: number; keep: string | undefined; record: boolean } & Measured)
  | ({ kind: "growth"; sizes: number[] } & Measured)
  | ({ kind: "engines"; ratings: number; keep: string | undefined; record: boolean } & Measured)
  | { kind: "draw" };

interface Measured {
  times: number;
  /** A file to write the figures to, too. */
  json: string | undefined;
}

/** As many as The Movies Dataset has. */
const realSize = 26_024_289;

/** What the sample generator can make. */
const [least, most] = [500, 1_000_000_000];

/**
 * Reads the command line.
 *
 * @param argv without the program's own name
 * @returns undefined where only the help was asked for, which has been printed then
 * @throws MarqueeError (usage) for an unknown option or value, or options that exclude each other
 */
export function readOptions(argv: readonly string[]): BenchOptions | undefined {
  const command = new Command("npm run bench --")
    .description("Measures the pipeline over made-up ratings, and DuckDB alone beside it.")
    .option("--ratings <number>", "how many ratings, such as 1e6 (default: 26024289)", size)
    .option("--times <number>", "how often; the median counts (default: 3, with --rows 1)", times)
    .option("--keep <folder>", "keep the ratings there, and use them again (default: removed)")
    .option("--json <file>", "write the figures as JSON, too")
    .option("--record", "write them to docs/bench, too", false)
    .addOption(
      new Option("--rows <sizes>", "measure each of these sizes, such as 1e5,1e6, and draw them")
        .argParser((text) => [...new Set(text.split(",").map(size))].sort((a, b) => a - b))
        .conflicts(["ratings", "keep", "record"]),
    )
    .addOption(
      new Option("--engine <name>", "measure core and marts by DuckDB and by this engine, in turn")
        .choices(["spark"])
        .conflicts("rows"),
    )
    .addOption(
      new Option("--draw", "draw docs/bench/growth.json again, without measuring").conflicts([
        "rows",
        "engine",
        "ratings",
        "times",
        "keep",
        "json",
        "record",
      ]),
    );
  if (!parsed(command, argv)) return undefined;

  const { draw, rows, engine, ...said } = command.opts<{
    ratings?: number;
    times?: number;
    keep?: string;
    json?: string;
    record: boolean;
    rows?: number[];
    engine?: "spark";
    draw?: true;
  }>();
  if (draw === true) return { kind: "draw" };
  for (const option of ["keep", "json"] as const) refuseBlank(option, said[option]);
  const json = said.json;
  if (rows !== undefined) return { kind: "growth", sizes: rows, times: said.times ?? 1, json };
  const { ratings = realSize, times: repeats = 3, keep, record } = said;
  if (engine !== undefined) return { kind: "engines", ratings, times: repeats, keep, record, json };
  return { kind: "one", ratings, times: repeats, keep, record, json };
}

/** 26024289, 1e5 or 2.6e7. */
function size(text: string): number {
  const number = Number(text);
  if (/^\d+(\.\d+)?(e\d+)?$/i.test(text.trim()) && isWholeFrom(least, most, number)) return number;
  throw new InvalidArgumentError(
    `"${text.trim()}" is not a whole number from ${least} to ${most}, such as 1e5.`,
  );
}

function times(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && isWholeFrom(1, 99, number)) return number;
  throw new InvalidArgumentError("It is not a whole number from 1 to 99.");
}

function isWholeFrom(from: number, to: number, number: number): boolean {
  return Number.isInteger(number) && number >= from && number <= to;
}

function refuseBlank(option: string, said: string | undefined): void {
  if (said === undefined || said.trim() !== "") return;
  throw new MarqueeError({
    reason: "usage",
    what: `--${option} needs a name`,
    next: "npm run bench -- --help shows what there is",
  });
}
