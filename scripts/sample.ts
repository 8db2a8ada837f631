import { Command, InvalidArgumentError, Option } from "commander";

import { exitCodes } from "../errors.ts";
import { parsed } from "../jobs/command-line.ts";
import { program } from "./program.ts";
import { layoutNames, writeSample, type SampleOptions } from "./sample/index.ts";

function digits(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It is not a whole number.");
  return Number(text);
}

const command = new Command("npm run sample --")
  .description(
    "write synthetic source files in the shape of The Movies Dataset and of FRED, or of a set of MovieLens",
  )
  .requiredOption(
    "--to <folder>",
    "folder to write into; it is made when missing, and an older sample in it is replaced",
  )
  .addOption(
    new Option("--layout <layout>", "whose files to imitate: Kaggle's and FRED's, or MovieLens'")
      .choices(layoutNames)
      .default("kaggle"),
  )
  .option("--seed <number>", "the same seed gives the same bytes (default: 1)", digits)
  .option("--ratings <number>", "ratings that a reader keeps (default: 100000)", digits)
  .option("--users <number>", "users (default: by the number of ratings)", digits)
  .option("--movies <number>", "movies that a reader keeps (default: by ratings)", digits);

/** Writes a synthetic delivery: dirty files in the shape of the real ones, and their account. */
await program(async () => {
  if (!parsed(command)) return exitCodes.success;
  const { to, ...options } = command.opts<SampleOptions & { to: string }>();
  for (const [source, counts] of Object.entries(await writeSample(to, options))) {
    const { records, kept, superseded, quarantined } = counts;
    console.log(
      `${source}: ${records} records, ${kept} to keep, ${superseded} superseded, ${quarantined} faulty`,
    );
  }
  return exitCodes.success;
});
