import { expectMergesAfterKills } from "../support/merge-kills.ts";

describe("merges that are killed many times", function () {
  this.timeout(600_000);

  it("are begun again and end as one full run does", async () => {
    await expectMergesAfterKills(10);
  });
});
