import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { FolderLake } from "../../jobs/lake/folder.ts";
import { cloud, opened, publishAll } from "../support/cloud/bucket-lake.ts";
import { fakeStorageIsThere, objectsAt, withFakeStorage } from "../support/cloud/fake-storage.ts";
import { failure } from "../support/errors.ts";
import { withFolder, writeFiles } from "../support/folder.ts";
import { killGroup, start } from "../support/started.ts";
import { until } from "../support/until.ts";

const version = {
  "staging/ratings/part-00000.parquet": Buffer.alloc(3_000_000, "ratings"),
  "core/movies/part-00000.parquet": "movies",
  "lake.json": JSON.stringify({ format: 2 }),
};

/** A lease lasts so long that is not renewed: no stall of the machine is taken for a killed run. */
const lasts = 8;
const patient = { renewSeconds: 0.5, expireSeconds: lasts, stallSeconds: 10 };

/** A run of its own process, which can be killed. */
function startRun(runId: string, folder: string, origin: string, does: string) {
  const code = `
    import { opened } from "./test/support/cloud/bucket-lake.ts";
    const lake = await opened("${runId}", ${JSON.stringify(patient)});
    await lake.note("job-of-${runId}");
    ${does.replaceAll("FOLDER", JSON.stringify(folder))}
  `;
  const node = ["--import", "tsx", "--input-type=module", "-e", code];
  return start(process.execPath, node, { STORAGE_EMULATOR_HOST: origin });
}

describe("a bucket lake on a double of Cloud Storage", () => {
  before(function () {
    if (!fakeStorageIsThere()) this.skip();
  });

  it("goes from one machine's lake to another's", async () => {
    const { lake: bucket } = (await cloud()).names;
    await withFakeStorage(bucket, (origin) =>
      withFolder(async (folder) => {
        await writeFiles(folder, version);
        // The ratings go in three parts.
        const first = await opened("run-1", { partBytes: 1_000_000 });
        const { uris } = await publishAll(first, folder);
        expect([...uris.keys()]).to.deep.equal(["core.movies", "staging.ratings"]);
        await first.tidy();
        await first.close();

        const second = await opened("run-2");
        const root = path.join(folder, "elsewhere");
        const local = await FolderLake.open(root, { runId: "run-2", startedAt: "", sources: [] });
        expect(await second.pull(local, () => undefined)).to.equal(true);
        expect(await second.pull(local, () => undefined)).to.equal(false);
        for (const [name, content] of Object.entries(version)) {
          const bytes = await readFile(path.join(root, "current", name));
          expect(bytes.equals(Buffer.from(content))).to.equal(true);
        }
        await writeFiles(folder, { "core/movies/part-00000.parquet": "MOVIES" });
        await publishAll(second, folder);
        expect(await second.tidy()).to.equal(undefined);
        expect(second.published()).to.include({ runId: "run-2", loaded: false });
        await second.close();
        await local.close();
        expect(await objectsAt(origin, bucket)).to.deep.equal([
          "current.json",
          ...Object.keys(version)
            .map((name) => `versions/run-2/${name}`)
            .sort(),
        ]);
      }),
    );
  });

  it("shows what it showed whenever a run is killed, and the next one tidies up", async () => {
    const { lake: bucket } = (await cloud()).names;
    await withFakeStorage(bucket, (origin) =>
      withFolder(async (folder) => {
        await writeFiles(folder, version);
        const first = await opened("run-1");
        await publishAll(first, folder);
        await first.close();
        const before = await (await opened("look")).getText("current.json");
        const stuck = `
          let ticks = 0;
          await lake.place(FOLDER, () => true, () => { if (++ticks === 3) process.kill(process.pid, "SIGKILL"); });
        `;
        const files = path.join(folder, "next");
        await writeFiles(files, {
          ...version,
          "marts/x/part-0.parquet": "x",
          "ops/y/part-0.parquet": "y",
        });
        const again = await opened("again", {}, "look");
        await again.lease.noteUnended([]);
        await again.close();
        const killed = startRun("run-2", files, origin, stuck);
        const { signal, stderr } = await killed.ended;
        expect([signal, stderr]).to.deep.equal(["SIGKILL", ""]);

        const { line } = await failure(opened("run-3", patient), "cloud");
        expect(line).to.include("in use by run run-2");
        // A second more: the store tells the time in whole ones.
        await sleep((lasts + 1) * 1000);
        const next = await opened("run-3");
        expect(next.lease.interrupted).to.include({ runId: "run-2", sparkJob: "job-of-run-2" });
        expect(await next.getText("current.json")).to.equal(before);
        expect(await next.tidy()).to.equal(undefined);
        expect(await objectsAt(origin, bucket)).to.deep.equal([
          "current.json",
          "lock.json",
          ...Object.keys(version)
            .map((name) => `versions/run-1/${name}`)
            .sort(),
        ]);
        await publishAll(next, files);
        await next.close();
      }),
    );
  });

  it("is one run's at a time, whichever processes ask", async () => {
    const { lake: bucket } = (await cloud()).names;
    await withFakeStorage(bucket, (origin) =>
      withFolder(async (folder) => {
        const says = `process.stdout.write("held"); await new Promise(() => setTimeout(() => {}, 1e6));`;
        const runs = ["run-1", "run-2", "run-3"].map((id) => startRun(id, folder, origin, says));
        try {
          await Promise.any(runs.map((run) => run.says("held")));
          const working = (): number => runs.filter((run) => run.runs()).length;
          const latest = performance.now() + 120_000;
          await until(() => working() <= 1 || performance.now() > latest);
          expect(working(), "runs that hold the lease").to.equal(1);
          const holder = runs.findIndex((run) => run.runs());
          const inUse = `in use by run run-${holder + 1}`;
          for (const run of runs.filter((each) => !each.runs())) {
            expect((await run.ended).stderr).to.include(inUse);
          }
          // Longer than a lease lasts that nobody renews.
          await sleep((lasts + 1) * 1000);
          const { line } = await failure(opened("run-4", patient), "cloud");
          expect(line).to.include(inUse);
          expect(runs[holder]?.runs()).to.equal(true);
        } finally {
          await Promise.all(runs.map(killGroup));
        }
      }),
    );
  });
});
