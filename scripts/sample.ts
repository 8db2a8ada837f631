import { Command, CommanderError, InvalidArgumentError } from "commander";

import { exitCodes } from "../errors.ts";
import { program } from "./program.ts";
import { writeSample, type SampleOptions } from "./sample/index.ts";

function digits(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It is not a whole number.");
  return Number(text);
}

const command = new Command("sample")
  .description("write synthetic source files in the shape of The Movies Dataset and of FRED")
  .requiredOption("--to <folder>", "folder to write into; it is made when missing")
  .option("--seed <number>", "the same seed gives the same bytes (default: 1)", digits)
  .option("--ratings <number>", "ratings that a reader keeps (default: 100000)", digits)
  .option("--users <number>", "users (default: by the number of ratings)", digits)
  .option("--movies <number>", "movies that a reader keeps (default: by ratings)", digits)
  .allowExcessArguments(false)
  .exitOverride();

/** Writes a synthetic delivery: dirty files in the shape of the real ones, and their account. */
await program(async () => {
  try {
    command.parse();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed its own line; asking for help is no error.
    return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
  }
  const { to, ...options } = command.opts<SampleOptions & { to: string }>();
  for (const [source, counts] of Object.entries(await writeSample(to, options))) {
    const { records, kept, superseded, quarantined } = counts;
    console.log(
      `${source}: ${records} records, ${kept} to keep, ${superseded} superseded, ${quarantined} faulty`,
    );
  }
  return exitCodes.success;
});
