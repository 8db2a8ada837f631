import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { MarqueeError } from "../../errors.ts";
import type { Measurement } from "./measure.ts";
import { type Circumstances, writeJson } from "./result.ts";

/** What is recorded lies here, for the README to show. */
export const recordFolder = path.join(import.meta.dirname, "..", "..", "docs", "bench");

const figuresName = "growth.json";

export interface GrowthPoint extends Measurement {
  seconds_per_million: number;
}

export function growthPoint(measured: Measurement): GrowthPoint {
  const million = measured.ratings / 1e6;
  return { ...measured, seconds_per_million: measured.pipeline.seconds.median / million };
}

/** Keeps the figures and draws them. */
export async function recordGrowth(
  circumstances: Circumstances,
  points: readonly GrowthPoint[],
  folder = recordFolder,
): Promise<void> {
  await writeJson(path.join(folder, figuresName), { ...circumstances, points });
  await drawGrowth(folder);
}

const spread = z.object({ median: z.number().positive() });
const figures = z.object({
  seconds: spread,
  peak_memory_bytes: spread.nullable(),
});

/** As much of the figures as is drawn. */
const growth = z.object({
  points: z
    .array(
      z.object({ ratings: z.number().positive(), pipeline: figures, floor: figures.nullable() }),
    )
    .min(1),
});

export type DrawnPoint = z.infer<typeof growth>["points"][number];

/**
 * Draws the figures as they were kept, for light pages and for dark ones.
 *
 * @returns the files
 * @throws MarqueeError (usage) where there are no figures
 */
export async function drawGrowth(folder = recordFolder): Promise<string[]> {
  const { points } = await keptFigures(path.join(folder, figuresName));
  // Who does not draw need not wait for echarts to load, which takes a second.
  const { drawing } = await import("./drawing.ts");
  const drawings = { "growth.svg": "light", "growth-dark.svg": "dark" } as const;
  const files: string[] = [];
  for (const [name, shade] of Object.entries(drawings)) {
    const file = path.join(folder, name);
    await writeFile(file, `${drawing(points, shade)}\n`);
    files.push(file);
  }
  return files;
}

async function keptFigures(file: string): Promise<z.infer<typeof growth>> {
  try {
    return growth.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    throw new MarqueeError({
      reason: "usage",
      what: `${file} holds no figures to draw`,
      next: "Measure some first: npm run bench -- --rows 1e5,1e6",
      cause: error,
    });
  }
}
