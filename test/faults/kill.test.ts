import { expect } from "chai";

import { heldUp } from "../support/held-up.ts";
import {
  afterClaim,
  killAndGoOn,
  type Met,
  randomMoments,
  seed,
  undisturbedMilliseconds,
} from "../support/kills.ts";
import { withTwoVersions } from "../support/two-versions.ts";

const kills = 20;

describe(`a run that is killed (MARQUEE_SEED=${seed}), again and again`, function () {
  this.timeout(240_000);
  const shared = withTwoVersions();

  it(`leaves all of one version at ${kills} random moments, and the next run goes on`, async () => {
    const versions = shared();
    const duration = await undisturbedMilliseconds(versions);
    const met: Met[] = [];
    for (const part of randomMoments(kills)) {
      met.push(await killAndGoOn(versions, `at ${part.toFixed(4)}`, afterClaim(part * duration)));
    }
    process.stdout.write(`      the kills met ${met.join(", ")}\n`);
    expect(met.filter((what) => what === "a run")).to.have.length.above(kills / 2);
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
