import { expect } from "chai";
import fc from "fast-check";

import { anyMergeCase, expectMergeLaw, type Ways } from "../support/merge.ts";

const minutes = 60_000;

describe("many deliveries in any order", function () {
  this.timeout(10 * minutes);

  it("are merged into the tables of one run over all of them", async () => {
    const ways: Ways = new Set();
    const property = fc.asyncProperty(anyMergeCase(6), async (made) => {
      for (const way of await expectMergeLaw(made)) ways.add(way);
    });
    // Nobody knows how fast the machine is: as many cases as two minutes have room for.
    await fc.assert(property, { numRuns: 200, interruptAfterTimeLimit: 2 * minutes });
    expect([...ways]).to.include.members([
      "ratings slice",
      "ratings any",
      "ratings same",
      "movies any",
      "movies grown",
      "movies same",
    ]);
  });
});
