import { spawn } from "node:child_process";
import path from "node:path";

import { expect } from "chai";

import { type MadeUpDelivery, writeDeliveries } from "./deliveries.ts";
import { withFolder } from "./folder.ts";
import { runLocally } from "./pipeline.ts";
import { root } from "./program.ts";
import { expectSameLakes } from "./same-lakes.ts";

/** A large delivery and small ones, so that the merges make slices. */
const deliveries: MadeUpDelivery[] = [
  { number: 0, day: "2024-02-10", ratings: 300, records: 100, lacks: [] },
  { number: 1, day: "2024-02-01", ratings: 4, records: 10, lacks: [] },
  { number: 2, day: "2024-02-20", ratings: 2, records: 100, lacks: [0, 2] },
  { number: 3, day: "2024-02-15", ratings: 5, records: 0, lacks: [] },
];

/**
 * Merges deliveries, each run killed at some moment and begun again until the kills are used up, and
 * expects what one full run gives.
 */
export async function expectMergesAfterKills(kills: number): Promise<void> {
  await withFolder(async (folder) => {
    const source = path.join(folder, "deliveries");
    const folders = await writeDeliveries(source, { seed: 5, family: "kaggle" }, deliveries);
    const [full, lake] = [path.join(folder, "full"), path.join(folder, "lake")];
    await runLocally({ sources: [source], lake: full });
    const moments: number[] = [];
    let usual = 0;
    for (const [index, delivery] of folders.entries()) {
      const args = ["--source", delivery, "--lake", lake, "--merge"];
      const share = Math.ceil((kills - moments.length) / (folders.length - index));
      for (let number = 0; index > 0 && number < share; number++) {
        // Half of the time goes by before a run has opened its lake.
        const moment = Math.round(usual * (0.4 + 0.7 * Math.random()));
        moments.push(moment);
        await merge(args, moment);
      }
      const ended = await merge(args);
      expect(ended.code, `after kills at ${moments.join(", ")} ms: ${ended.said}`).to.equal(0);
      usual = ended.milliseconds;
    }
    await expectSameLakes(lake, full).catch((error: unknown) => {
      throw new Error(`after kills at ${moments.join(", ")} ms`, { cause: error });
    });
  });
}

interface Ended {
  /** Null for a process that was killed. */
  code: number | null;
  milliseconds: number;
  said: string;
}

/** @param killAfter milliseconds; a process that has ended by then is let be */
function merge(args: readonly string[], killAfter?: number): Promise<Ended> {
  const start = performance.now();
  const command = ["--import", "tsx", path.join(root, "jobs", "pipeline.ts"), ...args];
  const child = spawn(process.execPath, command, {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const timer =
    killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter);
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, milliseconds: performance.now() - start, said });
    });
  });
}
