import { expect } from "chai";

import { heldUp } from "../support/held-up.ts";
import {
  afterClaim,
  appears,
  killAndGoOn,
  type Met,
  randomMoments,
  seed,
  undisturbedMilliseconds,
} from "../support/kills.ts";
import { withTwoVersions } from "../support/two-versions.ts";

const kills = 20;
/** How many of them are to meet a run at its work: kills that all came too late would prove little. */
const leastMet = kills / 2 + 1;
/** A machine on which so many kills do not meet that many runs is no slow one: something is wrong. */
const mostKills = 3 * kills;

describe(`a run that is killed (MARQUEE_SEED=${seed}), again and again`, function () {
  this.timeout(900_000);
  const shared = withTwoVersions();

  it(`leaves all of one version at ${kills} random moments or more, and the next run goes on`, async () => {
    const versions = shared();
    let duration = await undisturbedMilliseconds(versions);
    const met: Met[] = [];
    const runsMet = (): number => met.filter((what) => what === "a run").length;
    for (const part of randomMoments(mostKills)) {
      if (met.length >= kills && runsMet() >= leastMet) break;
      let seen = 0;
      const what = await killAndGoOn(versions, `at ${part.toFixed(4)}`, async (lake, run) => {
        await appears("lock.json")(lake, run);
        const claimed = performance.now();
        await afterClaim(part * duration)(lake, run);
        seen = performance.now() - claimed;
      });
      met.push(what);
      // The machine was slower when the duration was taken: from here on it is what this run has shown.
      if (what === "the end") duration = seen;
    }
    process.stdout.write(`      the kills met ${met.join(", ")}\n`);
    expect(runsMet(), met.join(", ")).to.be.at.least(leastMet);
  });

  for (const [place, version] of [
    ["switch", "a run"],
    ["switched", "a published run"],
  ] as const) {
    it(`leaves all of one version at the ${place}, and the next run goes on`, async () => {
      const met = await killAndGoOn(
        shared(),
        `at the ${place}`,
        (_lake, run) => run.says(heldUp(place)),
        { hold: { place } },
      );
      expect(met).to.equal(version);
    });
  }
});
