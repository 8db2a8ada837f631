import { rm } from "node:fs/promises";
import path from "node:path";

import { whole } from "../../jobs/report/plain-table.ts";
import { expectRoom, makeData } from "./data.ts";
import { measureEngines } from "./engines.ts";
import { type GrowthPoint, growthPoint, recordFolder, recordGrowth } from "./growth.ts";
import { measure, type Surroundings } from "./measure.ts";
import type { BenchOptions } from "./options.ts";
import { circumstances, writeJson } from "./result.ts";
import { benchText, enginesText, growthText } from "./table.ts";

type Asked<Kind extends BenchOptions["kind"]> = Extract<BenchOptions, { kind: Kind }>;

/**
 * Measures one size, keeps and records what was asked for.
 *
 * @returns what a person reads at the end
 */
export async function benchOne(
  { ratings, times, keep, record, json }: Asked<"one">,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<string> {
  const source = await preparedSource(keep, ratings, surroundings);
  const measured = await measure(source, { ratings, times, floorMayFail: false }, surroundings);
  const around = await circumstances(words);
  const bench = { ...around, ...measured };
  if (json !== undefined) await writeJson(json, bench);
  if (record) await writeJson(path.join(recordFolder, "bench.json"), bench);
  return benchText(around, measured);
}

/**
 * Measures both engines over the same staging tables.
 *
 * @returns what a person reads at the end
 */
export async function benchEngines(
  { ratings, times, keep, record, json }: Asked<"engines">,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<string> {
  const source = await preparedSource(keep, ratings, surroundings);
  const measured = await measureEngines(source, { ratings, times }, surroundings);
  const around = await circumstances(words);
  const bench = { ...around, ...measured };
  if (json !== undefined) await writeJson(json, bench);
  if (record) await writeJson(path.join(recordFolder, "engines.json"), bench);
  return enginesText(around, measured);
}

/**
 * One size after the other; what is measured is kept at once, for the last one may take hours.
 *
 * @returns what a person reads at the end
 */
export async function benchGrowth(
  { sizes, times, json }: Asked<"growth">,
  words: readonly string[],
  surroundings: Surroundings,
  folder = recordFolder,
): Promise<string> {
  const around = await circumstances(words);
  const source = path.join(surroundings.work, "in");
  for (const ratings of sizes) await expectRoom(source, surroundings.work, ratings);

  const points: GrowthPoint[] = [];
  for (const ratings of sizes) {
    await prepareData(source, ratings, surroundings);
    const measured = await measure(source, { ratings, times, floorMayFail: true }, surroundings);
    await rm(source, { recursive: true, force: true });
    points.push(growthPoint(measured));
    await recordGrowth(around, points, folder);
    if (json !== undefined) await writeJson(json, { ...around, points });
  }
  return growthText(points);
}

/** @returns the folder of the ratings, which is kept where that was asked for */
async function preparedSource(
  keep: string | undefined,
  ratings: number,
  surroundings: Surroundings,
): Promise<string> {
  const source = path.resolve(keep ?? path.join(surroundings.work, "in"));
  await expectRoom(source, surroundings.work, ratings);
  await prepareData(source, ratings, surroundings);
  return source;
}

async function prepareData(
  source: string,
  ratings: number,
  { signal, tell }: Surroundings,
): Promise<void> {
  tell(`${whole(ratings)} ratings in ${source}`);
  if (!(await makeData(source, ratings, signal))) tell("They were there already");
}
