import { mkdir, readFile, stat, statfs } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { MarqueeError } from "../../errors.ts";
import { type LayoutName, originFile } from "../sample/index.ts";
import { runChild } from "./child.ts";

/** Ratings, titles and links: so few files that nothing else blurs what a rating costs. */
const layout: LayoutName = "ml-latest";

/** A line of ratings.csv and its share of the other files, rounded up. */
const bytesPerRating = 28;

/** What one measurement leaves on the disk at most, as often as the CSV files are large. */
const copiesInTheLake = 2;

/**
 * Makes ratings in a folder, unless it holds the very same ones.
 *
 * @returns whether they were made
 * @throws MarqueeError (usage) where the folder holds other files
 */
export async function makeData(
  folder: string,
  ratings: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (await holdsSample(folder, ratings)) return false;
  const args = ["--to", folder, "--layout", layout, "--ratings", String(ratings)];
  await runChild("scripts/sample.ts", args, signal);
  return true;
}

/** What origin.json says of a sample that this program would make. */
const origin = (ratings: number) =>
  z.object({
    synthetic: z.literal(true),
    layout: z.literal(layout),
    seed: z.literal(1),
    account: z.object({ ratings: z.object({ kept: z.literal(ratings) }) }),
  });

async function holdsSample(folder: string, ratings: number): Promise<boolean> {
  try {
    const text = await readFile(path.join(folder, originFile), "utf8");
    return origin(ratings).safeParse(JSON.parse(text)).success;
  } catch {
    // Whatever it is instead, the generator knows whether it may be replaced.
    return false;
  }
}

/**
 * Refuses what the disk has no room for, before hours are spent on it.
 *
 * @param data folder of the ratings
 * @param work folder of the lakes that are measured
 * @throws MarqueeError (lake) where it cannot fit
 */
export async function expectRoom(
  data: string,
  work: string,
  ratings: number,
  freeBytes = freeBytesIn,
): Promise<void> {
  await mkdir(data, { recursive: true });
  const made = (await holdsSample(data, ratings)) ? 0 : ratings * bytesPerRating;
  const written = ratings * bytesPerRating * copiesInTheLake;
  const together = (await stat(data)).dev === (await stat(work)).dev;
  const needs = together
    ? [{ folder: work, needed: made + written }]
    : [
        { folder: data, needed: made },
        { folder: work, needed: written },
      ];
  for (const { folder, needed } of needs) {
    const free = await freeBytes(folder);
    if (free >= needed) continue;
    throw new MarqueeError({
      reason: "lake",
      what: `${ratings} ratings need some ${gigabytes(needed)} below ${folder}, where ${gigabytes(free)} are free`,
      next: "Make room, measure fewer ratings, or let TMPDIR name a folder on a larger disk",
    });
  }
}

async function freeBytesIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
