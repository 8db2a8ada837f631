import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import process from "node:process";

import { exitCodes } from "../errors.ts";
import { stoppable } from "../jobs/signals.ts";
import { benchEngines, benchGrowth, benchOne } from "./bench/benches.ts";
import { drawGrowth } from "./bench/growth.ts";
import { readOptions } from "./bench/options.ts";
import { expectWritable } from "./bench/result.ts";
import { program } from "./program.ts";

/** Measures how long the pipeline takes and how much memory, and DuckDB alone beside it. */
await program(async () => {
  const words = process.argv.slice(2);
  const options = readOptions(words);
  if (options === undefined) return exitCodes.success;
  if (options.kind === "draw") {
    for (const file of await drawGrowth()) console.log(file);
    return exitCodes.success;
  }
  if (options.json !== undefined) await expectWritable(options.json);
  const text = await stoppable((signal) =>
    withWorkFolder((work) => {
      const surroundings = { work, signal, tell };
      if (options.kind === "one") return benchOne(options, words, surroundings);
      if (options.kind === "engines") return benchEngines(options, words, surroundings);
      return benchGrowth(options, words, surroundings);
    }),
  );
  console.log(text);
  return exitCodes.success;
});

/** A folder for what is measured, gone afterwards. */
async function withWorkFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "marquee-bench-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** On stderr, so that the table on stdout stays by itself. */
function tell(line: string): void {
  console.error(line);
}
