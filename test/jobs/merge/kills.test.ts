import { expectMergesAfterKills } from "../../support/merge-kills.ts";

describe("merges that are killed", function () {
  this.timeout(300_000);

  it("are begun again and end as one full run does", async () => {
    await expectMergesAfterKills(3);
  });
});
