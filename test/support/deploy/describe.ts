import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { emulatorsAreThere } from "../emulators.ts";
import { type Doubles, startDoubles } from "./doubles.ts";
import { pinnedVersion, triedVersion, whatIsMissing } from "./provider.ts";

/** What the tests of one group share: filled before the first of them. */
export interface WithTerraform {
  /** Gone afterwards. */
  folder: string;
}

export interface WithDoubles extends WithTerraform {
  doubles: Doubles;
}

/**
 * Tests that Terraform runs in; where it or its provider is not to be had, one test that says that it
 * was skipped.
 *
 * @param notTested what nobody knows of then
 */
export function describeWithTerraform(
  name: string,
  notTested: string,
  define: (shared: WithTerraform) => void,
): void {
  const [tried, pinned] = [triedVersion(), pinnedVersion()];
  const other = tried === pinned ? "" : ` (with google ${tried}, not with ${pinned})`;
  describe(`${name}${other}`, () => {
    const missing = whatIsMissing();
    if (missing !== undefined) {
      it.skip(`SKIPPED: ${missing}; not tested: ${notTested}`);
      return;
    }
    const shared = {} as WithTerraform;
    before(async () => {
      shared.folder = await mkdtemp(path.join(tmpdir(), "marquee-test-"));
    });
    after(async () => {
      await rm(shared.folder, { recursive: true, force: true });
    });
    define(shared);
  });
}

/** The same, with doubles of Google Cloud on this machine, which can be missing too. */
export function describeOnDoubles(
  name: string,
  notTested: string,
  define: (shared: WithDoubles) => void,
): void {
  describeWithTerraform(name, notTested, (shared) => {
    if (!emulatorsAreThere()) {
      it.skip(
        `SKIPPED: there are no doubles of Google Cloud on this machine, scripts/setup/deploy.sh installs them; not tested: ${notTested}`,
      );
      return;
    }
    const both = shared as WithDoubles;
    before(async () => {
      both.doubles = await startDoubles();
    });
    after(async () => {
      await both.doubles.stop();
    });
    define(both);
  });
}
