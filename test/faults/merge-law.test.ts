import { expect } from "chai";
import fc from "fast-check";

import { seed } from "../support/kills.ts";
import { anyMergeCase, expectMergeLaw, type MergeCase, type Ways } from "../support/merge.ts";

const minutes = 60_000;

/** Of random cases few make one of these ways: a slow machine may have no room for one. */
const surely: MergeCase[] = [
  // Films that nobody has rated yet come; all ways but "movies any".
  {
    seed: 1564,
    family: "kaggle",
    deliveries: [
      { number: 0, day: "2024-02-16", ratings: 155, records: 11, lacks: [3] },
      { number: 1, day: "2024-02-22", ratings: 4, records: 0, lacks: [1, 2, 5] },
      { number: 2, day: "2024-02-03", ratings: 2, records: 0, lacks: [] },
    ],
    steps: [[1], [0], [1], [2]],
    firstMerges: false,
  },
  // All but what stays the same.
  {
    seed: 7566,
    family: "kaggle",
    deliveries: [
      { number: 0, day: "2024-02-03", ratings: 153, records: 100, lacks: [3, 5] },
      { number: 1, day: "2024-02-09", ratings: 4, records: 0, lacks: [] },
      { number: 2, day: "2024-02-18", ratings: 1, records: 8, lacks: [] },
    ],
    steps: [[1], [0], [2]],
    firstMerges: false,
  },
];

describe(`many deliveries in any order (MARQUEE_SEED=${seed})`, function () {
  this.timeout(10 * minutes);

  it("are merged into the tables of one run over all of them", async () => {
    const ways: Ways = new Set();
    const property = fc.asyncProperty(anyMergeCase(6), async (made) => {
      for (const way of await expectMergeLaw(made)) ways.add(way);
    });
    const examples = surely.map((made): [MergeCase] => [made]);
    // Nobody knows how fast the machine is: as many cases as two minutes have room for.
    const limits = { numRuns: 200, interruptAfterTimeLimit: 2 * minutes };
    await fc.assert(property, { seed, examples, ...limits });
    expect([...ways], `the ways that were gone with MARQUEE_SEED=${seed}`).to.include.members([
      "ratings slice",
      "ratings any",
      "ratings same",
      "movies any",
      "movies grown",
      "movies same",
    ]);
  });
});
