import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { layouts, type SampleAccount, writeSample } from "../../scripts/sample/index.ts";
import type { DrawnPoint } from "../../scripts/bench/growth.ts";

/**
 * A sample in the layout of the bench without the faults that only a pipeline minds: what it
 * quarantines, and a user's second rating of a film. All ratings of a day are of its first second,
 * so that many tie.
 */
export async function faultlessSample(folder: string, ratings: number): Promise<string> {
  const account = await writeSample(folder, { layout: "ml-latest", ratings });
  for (const [source, { quarantine }] of Object.entries(account)) {
    const { name } = layouts["ml-latest"][source as keyof SampleAccount]!;
    const file = path.join(folder, name);
    const faulty = new Set(quarantine.map(({ record }) => record));
    const lines = (await readFile(file, "utf8")).split("\r\n");
    const sound = lines.filter((_line, number) => !faulty.has(number));
    await writeFile(file, (source === "ratings" ? onceEach(sound) : sound).join("\r\n"));
  }
  return folder;
}

/** The first rating of each user and film, without its hour. */
function onceEach(lines: readonly string[]): string[] {
  const first = new Map<string, string>();
  for (const line of lines) {
    const pair = line.split(",", 2).join();
    if (!first.has(pair)) first.set(pair, line);
  }
  const day = 86_400;
  return [...first.values()].map((line) =>
    line.replace(/\d+$/, (second) => String(Number(second) - (Number(second) % day))),
  );
}

/** Figures of the pipeline and of DuckDB alone, as they are drawn. */
export function drawnPoint(
  ratings: number,
  pipeline: [seconds: number, bytes: number | null],
  floor?: [seconds: number, bytes: number | null],
): DrawnPoint {
  const figures = ([seconds, bytes]: [number, number | null]): DrawnPoint["pipeline"] => ({
    seconds: { median: seconds },
    peak_memory_bytes: bytes === null ? null : { median: bytes },
  });
  return {
    ratings,
    pipeline: figures(pipeline),
    floor: floor === undefined ? null : figures(floor),
  };
}
