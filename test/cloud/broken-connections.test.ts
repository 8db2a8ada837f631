import { randomBytes } from "node:crypto";
import path from "node:path";

import { expect } from "chai";

import { endless } from "../support/cloud/dataproc-double-bucket.ts";
import type { Worker } from "../support/cloud/dataproc-double-jobs.ts";
import {
  bytesBeforeBreak,
  type FlakyStorage,
  onFlakyStage,
} from "../support/cloud/flaky-storage.ts";
import { bringingTablesOf } from "../support/cloud/ready-tables.ts";
import { expectMended, onStage, pointerOf, statuses, tablesIn } from "../support/cloud/stage.ts";
import { runThere } from "../support/cloud/whole.ts";
import { expectPublished, locally } from "../support/cloud/whole-run.ts";
import { emulatorsAreThere } from "../support/emulators.ts";
import { failure } from "../support/errors.ts";
import { withFolder } from "../support/folder.ts";
import { tinyFiles, tinySource } from "../support/tiny-source.ts";

/** Files of which an upload can break in its midst: a film is told of at length, as a raw file and in a table. */
async function longSource(folder: string): Promise<string> {
  const overview = randomBytes(300_000).toString("hex");
  const movies = tinyFiles["movies_metadata.csv"]!.replace("One,,1.5", `One,${overview},1.5`);
  return tinySource(folder, { "movies_metadata.csv": movies });
}

const uploads: Record<string, RegExp> = {
  "a raw file": /^upload raw\/.*movies_metadata\.csv$/,
  "a table's file": /^upload versions\/.*staging\/movies\//,
};

const pointer = /^upload current\.json$/;

/** What a merge asks of a bucket that has a version already, requests of most kinds. */
const kinds: readonly RegExp[] = [
  /^upload lock\.json$/,
  /^download versions\//,
  /^list work\//,
  /^upload raw\//,
  /^copy versions\//,
  /^upload versions\//,
  pointer,
  /^delete versions\//,
  /^delete lock\.json$/,
];

/** How requests of a kind went, in turn. */
function ways({ passed }: FlakyStorage, pattern: RegExp): (string | number)[] {
  return passed.filter(({ what }) => pattern.test(what)).map((one) => one.fault ?? one.status);
}

describe("broken connections to Google Cloud", () => {
  if (!emulatorsAreThere()) {
    it.skip(
      "SKIPPED: there are no doubles of Google Cloud on this machine, scripts/setup/cloud.sh installs them; not tested: uploads that break off, Cloud Storage that does not answer",
    );
    return;
  }

  for (const [name, upload] of Object.entries(uploads)) {
    it(`an upload of ${name} breaks off twice: it is sent again, and the run succeeds`, () =>
      onFlakyStage(endless, async (stage, storage) => {
        const { folder, lake } = stage;
        const source = await longSource(path.join(folder, "long"));
        storage.failNext(upload, "broken off", { times: 2 });
        await runThere({ sources: [source], lake });
        expect(ways(storage, upload)).to.deep.equal(["broken off", "broken off", 200]);
        const [broken, , whole] = storage.passed.filter(({ what }) => upload.test(what));
        expect(broken!.bytes).to.be.within(bytesBeforeBreak, whole!.bytes - 1);
        await expectPublished(stage, await locally(folder, { sources: [source] }));
      }));

    it(`an upload of ${name} breaks off every time: readers keep what they had`, () =>
      onFlakyStage(endless, async (stage, storage) => {
        const { folder, source, lake, environment } = stage;
        const long = await longSource(path.join(folder, "long"));
        await runThere({ sources: [source], lake });
        const seen = await pointerOf(environment);
        storage.failNext(upload, "broken off", { times: 6 });
        const { line } = await failure(runThere({ sources: [long], lake }), "cloud");
        expect(line).to.match(
          /uploading gs:\/\/\S+movies\S+: Google Cloud does not answer \(.+\)\. Run again/,
        );
        expect(ways(storage, upload).slice(-6)).to.deep.equal(Array(6).fill("broken off"));
        expect(tablesIn(await pointerOf(environment))).to.deep.equal(tablesIn(seen));
        expect(await statuses(lake)).to.deep.equal(["succeeded", "failed"]);
        await expectMended(stage, [long]);
      }));
  }

  for (const fault of [503, "answer lost"] as const) {
    const what = fault === 503 ? "answers 503" : "does what is asked and its answers get lost";
    it(`Cloud Storage ${what} for a while: all is published, once and whole`, () =>
      onFlakyStage(endless, async (stage, storage) => {
        const { folder, source, other, environment } = stage;
        await runThere({ sources: [source], lake: path.join(folder, "first") });
        storage.passed.splice(0);
        for (const kind of kinds) storage.failNext(kind, fault);
        // The first one says that BigQuery is being loaded, the second one publishes.
        storage.failNext(pointer, fault, { behind: 1 });
        const { lake } = stage;
        const { id } = await runThere({ sources: [other], lake, merge: true });
        for (const kind of kinds) {
          expect(ways(storage, kind).indexOf(fault), String(kind)).to.equal(0);
        }
        // Under the generation that it took the place of, a second one is refused.
        const again = fault === 503 ? 200 : 412;
        expect(ways(storage, pointer)).to.deep.equal([fault, again, fault, again]);
        expect((await pointerOf(environment)).runId).to.equal(id);
        expect(await statuses(lake)).to.deep.equal(["succeeded", "succeeded"]);
        const expected = await locally(
          folder,
          { sources: [source] },
          { sources: [other], merge: true },
        );
        await expectPublished(stage, expected);
      }));
  }

  for (const isDone of [false, true]) {
    const name = isDone ? "has taken Spark's job, and its answer gets lost" : "takes no job";
    it(`Dataproc does not answer for a while, when it ${name}: one job makes the tables`, () =>
      withFolder(async (here) => {
        const films = await tinySource(path.join(here, "in"));
        const expected = await locally(here, { sources: [films] });
        let begun = 0;
        const bring = bringingTablesOf(expected);
        const worker: Worker = (work) => {
          begun += 1;
          return bring(work);
        };
        await onStage(worker, async (stage) => {
          const { lake, environment } = stage;
          const { troubles, asked, states } = environment.dataproc;
          troubles.push({
            method: "SubmitJob",
            code: "UNAVAILABLE",
            times: isDone ? 1 : 2,
            isDone,
          });
          for (const method of ["GetCluster", "GetJob"]) {
            troubles.push({ method, code: "UNAVAILABLE", times: 2 });
          }
          await runThere({ sources: [films], lake, target: "gcp", engine: "spark" });
          expect(troubles.map(({ times }) => times)).to.deep.equal([0, 0, 0]);
          const submitted = asked.filter(({ method }) => method === "SubmitJob");
          expect(submitted).to.have.length(isDone ? 2 : 3);
          expect(Object.values(states())).to.deep.equal(["DONE"]);
          expect(begun).to.equal(1);
          expect(await statuses(lake)).to.deep.equal(["succeeded"]);
          await expectPublished(stage, expected);
        });
      }));
  }
});
