import { expect } from "chai";
import fc from "fast-check";

import { anyMergeCase, expectMergeLaw, type Ways } from "../../support/merge.ts";

describe("any deliveries in any order", () => {
  it("are merged into the tables of one run over all of them", async () => {
    const ways: Ways = new Set();
    const property = fc.asyncProperty(anyMergeCase(3), async (made) => {
      for (const way of await expectMergeLaw(made)) ways.add(way);
    });
    // The limit is for the search for a smaller case where one fails.
    await fc.assert(property, { numRuns: 3, interruptAfterTimeLimit: 90_000 });
    expect([...ways]).to.include("ratings slice");
  });
});
