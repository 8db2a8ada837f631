import { expect } from "chai";

import { exitCodes } from "../../errors.ts";
import { withTwoVersions } from "../support/two-versions.ts";
import {
  afterClaim,
  appears,
  killAndGoOn,
  randomMoments,
  seed,
  startRunOfB,
  undisturbedMilliseconds,
} from "../support/kills.ts";

/** The full suite in test/faults kills more often. */
const kills = 4;

describe(`a run that is killed (MARQUEE_SEED=${seed})`, function () {
  this.timeout(240_000);
  const shared = withTwoVersions();

  it(`leaves all of one version at ${kills} random moments, and the next run goes on`, async () => {
    const versions = shared();
    const duration = await undisturbedMilliseconds(versions);
    for (const part of randomMoments(kills)) {
      await killAndGoOn(versions, `at ${part.toFixed(4)}`, afterClaim(part * duration));
    }
  });

  it("leaves the old answers in a run of single steps, and the next run goes on", async () => {
    const preparing = appears("work/staging");
    const met = await killAndGoOn(shared(), "preparing", preparing, {
      more: ["--only", "prepare"],
    });
    expect(met).to.equal("a run");
  });

  it("is not disturbed by a second one on its lake, which says who holds it", async () => {
    const versions = shared();
    const lake = await versions.lakeWithA("claimed");
    const first = startRunOfB(versions, lake);
    await appears("lock.json")(lake, first);
    // So that it still is there when the second one has begun.
    first.signal("SIGSTOP");
    const refused = await startRunOfB(versions, lake).ended;
    first.signal("SIGCONT");
    expect(refused.code, refused.stderr).to.equal(exitCodes.lake);
    expect(refused.stderr.trim().split("\n")).to.have.length(1);
    expect(refused.stderr).to.match(
      new RegExp(`^error: \\S+ is in use by run \\S+ \\(process ${first.processId} on \\S+, since`),
    );
    const { code, stderr } = await first.ended;
    expect(code, stderr).to.equal(0);
    expect(await versions.versionIn(lake)).to.equal("B");
  });
});
