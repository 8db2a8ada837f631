import { readFile, rm } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { MarqueeError } from "../../errors.ts";
import { replaceJson } from "./json-file.ts";

const progress = z.strictObject({
  sources: z.array(z.string()),
  small: z.boolean(),
  from: z.string(),
  to: z.string(),
  monthsOfBatch: z.number(),
  /** The instant for which the undated files stand: that of the first batch for all of them. */
  delivered: z.string(),
  /** Batches that are published. */
  done: z.number(),
  /** The run that began the lake from nothing which they were merged into. */
  root: z.string().optional(),
});

/** A backfill that is not at its end, as it lies in the lake between its batches. */
export type Progress = z.infer<typeof progress>;

const fileIn = (lake: string): string => path.join(lake, "backfill.json");

/** @throws MarqueeError (lake) where the file is not one of these */
export async function readProgress(lake: string): Promise<Progress | undefined> {
  let text: string;
  try {
    text = await readFile(fileIn(lake), "utf8");
  } catch (error) {
    // A lake that is a file is told of by the run itself.
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return undefined;
    throw error;
  }
  try {
    return progress.parse(JSON.parse(text));
  } catch (error) {
    throw new MarqueeError({
      reason: "lake",
      what: `${fileIn(lake)} is damaged`,
      next: "Begin the backfill again with --restart: to merge a month twice changes nothing",
      cause: error,
    });
  }
}

export async function writeProgress(lake: string, state: Progress): Promise<void> {
  await replaceJson(fileIn(lake), state);
}

export async function forgetProgress(lake: string): Promise<void> {
  await rm(fileIn(lake), { force: true });
}

/** Whether a backfill that was begun is the one asked for now. */
export function isSame(begun: Progress, asked: Progress): boolean {
  const named = (one: Progress): string =>
    JSON.stringify([one.sources, one.small, one.from, one.to, one.monthsOfBatch]);
  return named(begun) === named(asked);
}
