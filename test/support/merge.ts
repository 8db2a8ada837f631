import path from "node:path";

import { expect } from "chai";
import fc from "fast-check";

import { MarqueeError } from "../../errors.ts";
import type { Run } from "../../jobs/run.ts";
import { type Family, type MadeUpDelivery, writeDeliveries } from "./deliveries.ts";
import { withFolder } from "./folder.ts";
import { runLocally } from "./pipeline.ts";
import { brokenPromises, expectSameLakes, expectSummedAccounts } from "./same-lakes.ts";

/** A data set in dated deliveries, and how they come into a lake. */
export interface MergeCase {
  seed: number;
  family: Family;
  deliveries: MadeUpDelivery[];
  /** Which deliveries each run brings; the first makes the lake. */
  steps: number[][];
  /** Whether the first run is asked to merge too, into a lake that is not there yet. */
  firstMerges: boolean;
}

/** The ways in which the merges of a case made their tables. */
export type Ways = Set<string>;

/** @param most how many deliveries there are at most, from two on */
export function anyMergeCase(most: number): fc.Arbitrary<MergeCase> {
  return fc
    .record({
      seed: fc.nat(9999),
      family: fc.constantFrom<Family>("kaggle", "kaggle", "movielens"),
      large: amounts({ min: 150, max: 400 }),
      others: fc.array(fc.oneof(amounts({ min: 0, max: 5 }), amounts({ min: 0, max: 300 })), {
        maxLength: most - 2,
      }),
      small: amounts({ min: 1, max: 5 }),
      days: fc.shuffledSubarray(daysOfFebruary, { minLength: most, maxLength: most }),
      order: fc.shuffledSubarray(
        Array.from({ length: most }, (_, index) => index),
        {
          minLength: most,
        },
      ),
      together: fc.integer({ min: 1, max: 2 }),
      repeats: fc.array(fc.tuple(fc.nat(most), fc.nat(most)), { maxLength: 2 }),
      firstMerges: fc.boolean(),
    })
    .map(({ seed, family, large, others, small, days, firstMerges, ...order }) => {
      const deliveries = [large, ...others, small].map((made, number) => ({
        ...made,
        number,
        day: days[number]!,
      }));
      return { seed, family, deliveries, steps: stepsOf(deliveries.length, order), firstMerges };
    });
}

const daysOfFebruary = Array.from(
  { length: 28 },
  (_, index) => `2024-02-${String(index + 1).padStart(2, "0")}`,
);

function amounts(
  ratings: fc.IntegerConstraints,
): fc.Arbitrary<Omit<MadeUpDelivery, "number" | "day">> {
  const made = fc.record({
    ratings: fc.integer(ratings),
    records: fc.oneof(fc.constant(0), fc.integer({ min: 4, max: 12 }), fc.constant(100)),
    lacks: fc.subarray([0, 1, 2, 3, 5], { maxLength: 4 }),
  });
  // Every delivery has a file.
  return made.map((said) => {
    if (said.ratings > 0) return said;
    return said.records > 0 ? { ...said, lacks: [] } : { ...said, ratings: 1 };
  });
}

/**
 * All deliveries but the small one in any order, some of them together; then the small one, which is
 * new to a lake that has the large one by then; and in between what came before, once more.
 */
function stepsOf(
  count: number,
  { order, together, repeats }: { order: number[]; together: number; repeats: [number, number][] },
): number[][] {
  const shuffled = order.filter((index) => index < count - 1);
  const steps = [
    shuffled.slice(0, together),
    ...shuffled.slice(together).map((index) => [index]),
    [count - 1],
  ];
  for (const [which, later] of repeats) {
    const from = which % steps.length;
    steps.splice(from + 1 + (later % (steps.length - from)), 0, steps[from]!);
  }
  return steps;
}

/**
 * Merges the deliveries of a case one after the other and expects what one full run over all of them
 * gives.
 */
export async function expectMergeLaw(made: MergeCase): Promise<Ways> {
  return withFolder(async (folder) => {
    const source = path.join(folder, "deliveries");
    const folders = await writeDeliveries(source, made, made.deliveries);
    const full = await fullRun(source, path.join(folder, "full"));
    const lake = path.join(folder, "lake");
    const ways: Ways = new Set();
    const runs: Run[] = [];
    for (const [number, step] of made.steps.entries()) {
      const merge = number > 0 || made.firstMerges;
      const sources = step.map((index) => folders[index]!);
      const run = await runLocally({ sources, lake, merge });
      runs.push(run);
      for (const way of waysOf(run)) ways.add(way);
    }
    await expectSameLakes(lake, full.lake.folder);
    await expectSummedAccounts(lake, runs);
    const last = runs.at(-1)!;
    expect(brokenPromises(last)).to.deep.equal(brokenPromises(full));
    expect(last.record.remarks).to.deep.equal(full.record.remarks);
    return ways;
  });
}

async function fullRun(source: string, lake: string): Promise<Run> {
  try {
    return await runLocally({ sources: [source], lake });
  } catch (error) {
    // Few records may by chance be too faulty a file: whoever merges it is refused as well.
    fc.pre(!(error instanceof MarqueeError && error.reason === "input"));
    throw error;
  }
}

function waysOf({ record }: Run): string[] {
  const changes = record.changes ?? {};
  const made = record.made.filter(({ step }) => step === "transform").map(({ table }) => table.id);
  const byUser = ["marts.average_rating_by_user", "marts.top_movies_by_user"];
  return [
    `ratings ${changes["staging.ratings"] ?? "none"}`,
    `movies ${changes["core.movies"] ?? "none"}`,
    ...byUser.map((id) => `${id} ${made.includes(id) ? "made" : "left"}`),
  ];
}
