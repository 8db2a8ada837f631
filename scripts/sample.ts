/** Writes a synthetic delivery: dirty files in the shape of the real ones, with their account. */
import { Command, CommanderError } from "commander";
import { exitCodes, MarqueeError } from "../errors.ts";
import { writeSample, type SampleOptions } from "./sample/index.ts";

const program = new Command("sample")
  .description("write synthetic source files in the shape of The Movies Dataset and of FRED")
  .requiredOption("--to <folder>", "folder to write into; it is made when missing")
  .option("--seed <number>", "another seed gives other files, the same one the same bytes", Number)
  .option("--ratings <number>", "ratings that a reader keeps (default: 100000)", Number)
  .option("--users <number>", "users (default: by the number of ratings)", Number)
  .option("--movies <number>", "movies that a reader keeps (default: by ratings)", Number)
  .allowExcessArguments(false)
  .exitOverride()
  .action(async ({ to, ...options }: SampleOptions & { to: string }) => {
    const account = await writeSample(to, options);
    for (const [source, { records, kept, superseded, quarantined }] of Object.entries(account))
      console.log(
        `${source}: ${records} records, ${kept} to keep, ${superseded} superseded, ${quarantined} faulty`,
      );
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof MarqueeError) {
    console.error(error.line);
    process.exitCode = error.exitCode;
  } else if (error instanceof CommanderError) {
    // Commander has printed its own line; asking for help is no error.
    process.exitCode = error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
  } else throw error;
}
