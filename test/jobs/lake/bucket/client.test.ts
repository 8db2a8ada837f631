import { expect } from "chai";

import {
  defaultPatience,
  filePlaceOf,
  placeOf,
  urgentPlaceOf,
} from "../../../../jobs/lake/bucket/client.ts";
import { cloud, opened, withLake } from "../../../support/cloud/bucket-lake.ts";
import { failure } from "../../../support/errors.ts";

describe("the clients of a bucket lake", () => {
  // Behind its total time the client repeats nothing, and of some requests it never tells the end.
  it("have time for every try that they are to make", async () => {
    const there = await cloud();
    const { retries } = defaultPatience;
    const buckets = [
      placeOf(there, defaultPatience).bucket,
      urgentPlaceOf(there, defaultPatience).bucket,
      filePlaceOf(there, defaultPatience).uploads.bucket,
    ];
    const limits = buckets.map(({ storage }) => storage.timeout ?? 0);
    expect(limits).to.deep.equal([60_000, 10_000, 1_800_000]);
    for (const { storage } of buckets) {
      const { maxRetries, totalTimeout = 0 } = storage.retryOptions;
      expect(maxRetries).to.equal(retries);
      // Doubling from two seconds on, each up to a second longer, as the client draws them.
      const waits = Array.from({ length: retries }, (_, index) => 2 ** (index + 1) + 1);
      const tries = (retries + 1) * ((storage.timeout ?? 0) / 1000);
      const all = waits.reduce((sum, wait) => sum + wait, tries);
      expect(totalTimeout).to.be.greaterThan(all);
    }
  });

  it("give up what is never answered, and say so", () =>
    withLake(async (stub) => {
      const lake = await opened("run-1", { answerSeconds: 0.2 });
      stub.fault = () => "silence";
      const { line } = await failure(lake.getText("x"), "cloud");
      expect(line).to.match(/reading gs:\S+x: Google Cloud does not answer .*Run again later$/);
      expect(stub.asks("get x")).to.have.length.greaterThan(1);
      stub.fault = () => undefined;
      await lake.close();
    }));
});
