import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { type Emulators, emulatorsAreThere, startEmulators } from "../emulators.ts";
import { startBigqueryDouble } from "./bigquery-double.ts";
import { setVariables } from "../variables.ts";
import type { RecordingServer } from "./recording-server.ts";

/** Doubles of Cloud Storage and BigQuery, in memory. */
export interface CloudDoubles {
  /** What lets the clients find them, and look for nobody else. */
  variables: Record<string, string>;
  /** Where the double of Cloud Storage listens. */
  storage: string;
  bigquery: RecordingServer;
  stop: () => Promise<void>;
}

export async function startCloudDoubles(): Promise<CloudDoubles> {
  const objects = await mkdtemp(path.join(tmpdir(), "marquee-test-"));
  let emulators: Emulators | undefined;
  const stopBehind = async () => {
    await emulators?.stop();
    await rm(objects, { recursive: true, force: true });
  };
  try {
    emulators = await startEmulators(objects);
    const bigquery = await startBigqueryDouble({ ...emulators, objects });
    const variables = {
      STORAGE_EMULATOR_HOST: emulators.storage,
      BIGQUERY_EMULATOR_HOST: `${bigquery.origin}/bigquery/v2`,
      METADATA_SERVER_DETECTION: "none",
    };
    const stop = async () => {
      bigquery.close();
      await stopBehind();
    };
    return { variables, storage: emulators.storage, bigquery, stop };
  } catch (error) {
    await stopBehind();
    throw error;
  }
}

/**
 * Tests on doubles, started before the first of them; where there are none, one test that says that it
 * was skipped.
 *
 * @param notTested what nobody knows of then
 */
export function describeOnCloud(
  name: string,
  notTested: string,
  define: (shared: { doubles: CloudDoubles }) => void,
): void {
  describe(name, () => {
    if (!emulatorsAreThere()) {
      it.skip(
        `SKIPPED: there are no doubles of Google Cloud on this machine, scripts/setup/cloud.sh installs them; not tested: ${notTested}`,
      );
      return;
    }
    const shared = {} as { doubles: CloudDoubles };
    let restore = (): void => undefined;
    before(async () => {
      shared.doubles = await startCloudDoubles();
      restore = setVariables(shared.doubles.variables);
    });
    after(async () => {
      restore();
      await shared.doubles.stop();
    });
    define(shared);
  });
}
