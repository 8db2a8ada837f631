import path from "node:path";

import { expect } from "chai";

import type { Options } from "../../jobs/options.ts";
import { endless } from "../support/cloud/dataproc-double-bucket.ts";
import type { Worker } from "../support/cloud/dataproc-double-jobs.ts";
import {
  expectMended,
  onStage,
  type PointerText,
  pointerOf,
  type Stage,
  statuses,
  tablesIn,
} from "../support/cloud/stage.ts";
import { type DeployedEnvironment, objectsIn, runThere } from "../support/cloud/whole.ts";
import { emulatorsAreThere } from "../support/emulators.ts";
import { failure } from "../support/errors.ts";
import { quietLog } from "../support/pipeline.ts";
import { killGroup, startPipeline } from "../support/started.ts";
import { during, until } from "../support/until.ts";

const dead: Worker = ({ becomes }) => {
  becomes("RUNNING");
  return Promise.resolve({ succeeded: false, details: "Driver program ended with code 137" });
};

const gcp = { target: "gcp", engine: "spark" } as const;

/** Ways to go on behind a fault: they ask for different things of what it has left. */
const ways: Record<string, Partial<Options>> = {
  "from the start": {},
  "by a merge": { merge: true },
  "from publishing": { only: ["publish"] },
};

/** When a kill meets a run: told what there was before it. */
type Moment = (
  stage: Stage,
  before: { objects: ReadonlySet<string>; requests: number; pointer: PointerText },
) => Promise<boolean>;

const moments: Record<string, Moment> = {
  "raw files are sent": async ({ environment }, { objects }) =>
    (await objectsIn(environment)).some((name) => name.startsWith("raw/") && !objects.has(name)),
  "the version's files are sent": async ({ environment }, { objects }) =>
    (await objectsIn(environment)).some(
      (name) => name.startsWith("versions/") && !objects.has(name),
    ),
  "BigQuery is loaded": ({ environment }, { requests }) =>
    Promise.resolve(hasLoaded(environment, "staging", requests)),
  "all but the pointer is done": ({ environment }, { requests }) =>
    Promise.resolve(hasLoaded(environment, "ops", requests)),
  "Spark works": ({ environment }) =>
    Promise.resolve(Object.values(environment.dataproc.states()).includes("RUNNING")),
  "the pointer is switched": async ({ environment }, { pointer }) =>
    (await pointerOf(environment)).runId !== pointer.runId,
};

describe("faults on Google Cloud", () => {
  if (!emulatorsAreThere()) {
    it.skip(
      "SKIPPED: there are no doubles of Google Cloud on this machine, scripts/setup/cloud.sh installs them; not tested: faults, kills, two runners",
    );
    return;
  }

  it("publish nothing where Spark's driver dies, and tell it in ops too", () =>
    onStage(dead, async (stage) => {
      const { source, other, lake, environment } = stage;
      await runThere({ sources: [source], lake });
      const before = await pointerOf(environment);
      const { line } = await failure(runThere({ sources: [other], lake, ...gcp }), "cloud");
      expect(line).to.include("ended without a report (error)").and.include("code 137");
      expect(tablesIn(await pointerOf(environment))).to.deep.equal(tablesIn(before));
      expect(await statuses(lake)).to.deep.equal(["succeeded", "failed"]);
      await expectMended(stage, [other]);
      expect(await statuses(lake)).to.deep.equal(["succeeded", "failed", "succeeded"]);
    }));

  it("say what brings the cluster back where it is gone", () =>
    onStage(dead, async ({ source, lake, environment }) => {
      environment.dataproc.clusters.clear();
      const { line } = await failure(runThere({ sources: [source], lake, ...gcp }), "cloud");
      expect(line).to.match(/npm run deploy -- --env dev/);
    }));

  it("say how to go on where the cluster goes while a run prepares", () =>
    onStage(endless, async ({ source, lake, environment }) => {
      const running = failure(runThere({ sources: [source], lake, ...gcp }), "cloud");
      const isSent = async (): Promise<boolean> =>
        (await objectsIn(environment)).some((name) => name.startsWith("raw/"));
      await during(running, isSent);
      environment.dataproc.clusters.clear();
      const { line } = await running;
      expect(line).to.match(
        /the cluster \S+ is not there\. Make it with npm run deploy -- --env dev/,
      );
      const goOn = `--from transform --lake ${lake} --target gcp`;
      expect(line).to.include(`go on with npm run pipeline -- ${goOn}`);
    }));

  it("let the second of two runners know who is at work", () =>
    onStage(endless, async (stage) => {
      const { source, lake, environment, folder } = stage;
      const first = runThere({ sources: [source], lake, ...gcp });
      const ended = first.catch((error: unknown) => error);
      const isRunning = () => Object.values(environment.dataproc.states()).includes("RUNNING");
      await during(ended, isRunning);
      const second = runThere({ sources: [source], lake: path.join(folder, "second") });
      const { line } = await failure(second, "cloud");
      expect(line).to.match(/is in use by run \S+ \(process \d+ on /);
      await environment.dataproc.cancelAll();
      expect(String(await ended)).to.match(/Spark on the cluster \S+ .*cancelled/i);
      await expectMended(stage, [source]);
    }));

  for (const [name, way] of Object.entries(ways)) {
    it(`leave readers of the bucket what they had where a load fails, and go on ${name}`, () =>
      onStage(endless, async (stage) => {
        const { source, other, lake, environment } = stage;
        await runThere({ sources: [source], lake });
        const before = await pointerOf(environment);
        const bad = { status: 400, reason: "invalid", message: "the file is broken" };
        environment.doubles.bigquery.failNext(/POST .*\/jobs .*"load".*"genre_popularity"/, bad);
        const { line } = await failure(runThere({ sources: [other], lake }), "cloud");
        expect(line).to.match(/marts\.genre_popularity/);
        const after = await pointerOf(environment);
        expect(tablesIn(after)).to.deep.equal(tablesIn(before));
        expect(after).to.include({ loaded: false });
        await expectMended(stage, [source, other], way);
        expect(await statuses(lake)).to.deep.equal(["succeeded", "failed", "succeeded"]);
      }));
  }

  it("keep what is published where BigQuery does not take the files where they lie", () =>
    onStage(endless, async (stage) => {
      const { source, other, lake, environment } = stage;
      await runThere({ sources: [source], lake });
      const no = { status: 403, reason: "accessDenied", message: "no", times: 20 };
      environment.doubles.bigquery.failNext(/^(POST|PATCH|PUT) .*_files/, no);
      const log = quietLog();
      await runThere({ sources: [other], lake }, log);
      expect(log.warnings.join()).to.match(/published, but BigQuery does not read the files/);
      expect(await pointerOf(environment)).to.include({ loaded: true });
      await expectMended(stage, [other, source], { merge: true });
    }));

  it("go on where BigQuery does not answer for a while", () =>
    onStage(endless, async (stage) => {
      const { source, lake, environment } = stage;
      const busy = { status: 503, reason: "backendError", times: 2 };
      environment.doubles.bigquery.failNext(/POST .*\/jobs .*"load"/, busy);
      await runThere({ sources: [source], lake });
      await expectMended(stage, [source]);
    }));

  it("do not let a merge that was left standing take the place of what came since", () =>
    onStage(endless, async (stage) => {
      const { source, other, lake, environment, folder } = stage;
      await runThere({ sources: [source], lake });
      const bad = { status: 400, reason: "invalid", message: "the file is broken" };
      environment.doubles.bigquery.failNext(/POST .*\/jobs .*"load".*"genre_popularity"/, bad);
      await failure(runThere({ sources: [other], lake, merge: true }), "cloud");
      const elsewhere = path.join(folder, "elsewhere");
      await runThere({ sources: [other], lake: elsewhere, merge: true });
      const late = runThere({ sources: ["sample"], lake, only: ["publish"] });
      expect((await failure(late, "lake")).line).to.match(/not the published ones any more/);
    }));

  for (const [name, comes] of Object.entries(moments)) {
    it(`a run killed when ${name}: readers keep what they had, the next one puts all right`, () =>
      onStage(endless, async (stage) => {
        const { source, other, lake, environment } = stage;
        await runThere({ sources: [source], lake });
        const before = {
          objects: new Set(await objectsIn(environment)),
          requests: environment.doubles.bigquery.requests.length,
          pointer: await pointerOf(environment),
        };
        const target = name === "Spark works" ? "gcp" : "hybrid";
        const args = ["--source", other, "--lake", lake, "--target", target];
        const run = startPipeline(args, undefined, environment.variables);
        await until(() => comes(stage, before), run);
        await killGroup(run);
        expect((await run.ended).signal).to.equal("SIGKILL");
        const isSwitched = name === "the pointer is switched";
        const after = tablesIn(await pointerOf(environment));
        if (isSwitched) expect(after).not.to.deep.equal(tablesIn(before.pointer));
        else expect(after).to.deep.equal(tablesIn(before.pointer));
        await expectMended(stage, isSwitched ? [other] : [source, other], { merge: true });
        const killed = isSwitched ? "succeeded" : "killed";
        expect(await statuses(lake)).to.deep.equal(["succeeded", killed, "succeeded"]);
      }));
  }

  it("cancel Spark's job on Ctrl-C, and say so", () =>
    onStage(endless, async (stage) => {
      const { source, lake, environment } = stage;
      const args = ["--source", source, "--lake", lake, "--target", "gcp"];
      const run = startPipeline(args, undefined, environment.variables);
      const states = () => Object.values(environment.dataproc.states());
      await until(() => states().includes("RUNNING"), run);
      run.signalGroup("SIGINT");
      const { code, stderr } = await run.ended;
      expect(code).to.equal(130);
      expect(stderr).to.match(/cancel/i);
      expect(states()).to.deep.equal(["CANCELLED"]);
      expect(await objectsIn(environment)).not.to.include("lock.json");
      await expectMended(stage, [source]);
    }));
});

function hasLoaded(
  { doubles, cloud }: DeployedEnvironment,
  layer: "staging" | "ops",
  since: number,
): boolean {
  const dataset = cloud.names.datasets[layer];
  return doubles.bigquery.requests
    .slice(since)
    .some(
      ({ method, path: where, body }) =>
        method === "POST" && where.endsWith("/jobs") && JSON.stringify(body).includes(dataset),
    );
}
