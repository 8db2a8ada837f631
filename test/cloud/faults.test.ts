import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import type { Worker } from "../support/cloud/dataproc-double-jobs.ts";
import {
  type DeployedEnvironment,
  expectSameInBigQuery,
  objectsIn,
  objectText,
  runThere,
  startEnvironment,
} from "../support/cloud/whole.ts";
import { emulatorsAreThere } from "../support/emulators.ts";
import { failure } from "../support/errors.ts";
import { withFolder } from "../support/folder.ts";
import { runLocally } from "../support/pipeline.ts";
import { expectSameLakes } from "../support/same-lakes.ts";
import { killGroup, type Started, startPipeline } from "../support/started.ts";
import { tinySource } from "../support/tiny-source.ts";
import { askWarehouse } from "../support/warehouse.ts";

/** Works until it is cancelled. */
const endless: Worker = async ({ becomes, cancelled }) => {
  becomes("RUNNING");
  await new Promise((resolve) => {
    cancelled.addEventListener("abort", resolve, { once: true });
  });
  return { succeeded: false, details: "it was cancelled" };
};

const dead: Worker = ({ becomes }) => {
  becomes("RUNNING");
  return Promise.resolve({ succeeded: false, details: "Driver program ended with code 137" });
};

const gcp = { target: "gcp", engine: "spark" } as const;

interface Stage {
  environment: DeployedEnvironment;
  folder: string;
  source: string;
  lake: string;
}

/** An environment of its own, and a source. */
async function onStage(worker: Worker, use: (stage: Stage) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const source = await tinySource(path.join(folder, "in"));
    const environment = await startEnvironment(worker);
    try {
      await use({ environment, folder, source, lake: path.join(folder, "copy") });
    } finally {
      await environment.stop();
    }
  });
}

/** Runs again and expects all to be as if nothing had happened, and nothing to be left. */
async function expectMended({ environment, folder, source, lake }: Stage): Promise<void> {
  await runThere({ sources: [source], lake });
  const local = await runLocally({ sources: [source], lake: path.join(folder, "local") });
  await expectSameLakes(lake, local.lake.folder);
  await expectSameInBigQuery(environment.cloud, path.join(lake, "warehouse.duckdb"));
  const objects = await objectsIn(environment);
  expect(objects.filter((name) => /^work\/|^lock/.test(name))).to.deep.equal([]);
  const { folder: version, loaded } = JSON.parse(await objectText(environment, "current.json")) as {
    folder: string;
    loaded: boolean;
  };
  expect(loaded).to.equal(true);
  const strange = objects.filter(
    (name) => name.startsWith("versions/") && !name.startsWith(`${version}/`),
  );
  expect(strange, "files of other versions").to.deep.equal([]);
  const states = Object.values(environment.dataproc.states());
  expect(states.filter((state) => !/CANCELLED|ERROR|DONE|FAILED/.test(state))).to.deep.equal([]);
}

async function statuses(lake: string): Promise<unknown> {
  const rows = await askWarehouse(
    path.join(lake, "warehouse.duckdb"),
    "select status from ops.runs order by started_at, run_id",
  );
  return rows.map(([status]) => status);
}

async function until(isSo: () => boolean | Promise<boolean>, run?: Started): Promise<void> {
  while (!(await isSo())) {
    if (run?.runs() === false) throw new Error(`it has ended: ${(await run.ended).stderr}`);
    await sleep(10);
  }
}

describe("faults on Google Cloud", () => {
  if (!emulatorsAreThere()) {
    it.skip(
      "SKIPPED: there are no doubles of Google Cloud on this machine, scripts/setup/cloud.sh installs them; not tested: faults, kills, two runners",
    );
    return;
  }

  it("publish nothing where Spark's driver dies, and tell it in ops too", () =>
    onStage(dead, async (stage) => {
      const { source, lake, environment } = stage;
      const { line } = await failure(runThere({ sources: [source], lake, ...gcp }), "cloud");
      expect(line).to.include("ended without a report (error)").and.include("code 137");
      expect(await statuses(lake)).to.deep.equal(["failed"]);
      const pointer = JSON.parse(await objectText(environment, "current.json")) as {
        files: { name: string }[];
      };
      expect(pointer.files.filter(({ name }) => /^(staging|core|marts)/.test(name))).to.deep.equal(
        [],
      );
      await expectMended(stage);
      expect(await statuses(lake)).to.deep.equal(["failed", "succeeded"]);
    }));

  it("say what brings the cluster back where it is gone", () =>
    onStage(dead, async ({ source, lake, environment }) => {
      environment.dataproc.clusters.clear();
      const { line } = await failure(runThere({ sources: [source], lake, ...gcp }), "cloud");
      expect(line).to.match(/npm run deploy -- --env dev/);
    }));

  it("let the second of two runners know who is at work", () =>
    onStage(endless, async (stage) => {
      const { source, lake, environment, folder } = stage;
      const first = runThere({ sources: [source], lake, ...gcp });
      const ended = first.catch((error: unknown) => error);
      await until(() => Object.values(environment.dataproc.states()).includes("RUNNING"));
      const second = runThere({ sources: [source], lake: path.join(folder, "second") });
      const { line } = await failure(second, "cloud");
      expect(line).to.match(/is in use by run \S+ \(process \d+ on /);
      await environment.dataproc.cancelAll();
      expect(String(await ended)).to.match(
        /Spark on the cluster \S+ .*it was cancelled|CANCELLED/i,
      );
      await expectMended(stage);
    }));

  it("leave readers of the bucket what they had where a load fails, and load all of it anew", () =>
    onStage(endless, async (stage) => {
      const { source, lake, environment } = stage;
      await runThere({ sources: [source], lake });
      const before = JSON.parse(await objectText(environment, "current.json")) as object;
      const bad = { status: 400, reason: "invalid", message: "the file is broken" };
      environment.doubles.bigquery.failNext(/POST .*\/jobs .*"load".*"genre_popularity"/, bad);
      const { line } = await failure(runThere({ sources: [source], lake }), "cloud");
      expect(line).to.match(/marts\.genre_popularity/);
      const after = JSON.parse(await objectText(environment, "current.json")) as {
        files: { name: string; crc32c: string }[];
      };
      const readable = ({ files }: typeof after) =>
        files.filter(({ name }) => !/^ops|^lake.json|^dashboard/.test(name));
      expect(readable(after)).to.deep.equal(readable(before as typeof after));
      expect(after).to.include({ loaded: false });
      await expectMended(stage);
      expect(await statuses(lake)).to.deep.equal(["succeeded", "failed", "succeeded"]);
    }));

  it("go on where BigQuery does not answer for a while", () =>
    onStage(endless, async (stage) => {
      const { source, lake, environment } = stage;
      const busy = { status: 503, reason: "backendError", times: 2 };
      environment.doubles.bigquery.failNext(/POST .*\/jobs .*"load"/, busy);
      await runThere({ sources: [source], lake });
      await expectMended(stage);
    }));

  const moments: Record<string, { more: string[]; comes: (stage: Stage) => Promise<boolean> }> = {
    "raw files are sent": {
      more: ["--target", "hybrid"],
      comes: async ({ environment }) =>
        (await objectsIn(environment)).some((name) => name.startsWith("raw/")),
    },
    "Spark works": {
      more: ["--target", "gcp"],
      comes: ({ environment }) =>
        Promise.resolve(Object.values(environment.dataproc.states()).includes("RUNNING")),
    },
    "the version's files are sent": {
      more: ["--target", "hybrid"],
      comes: async ({ environment }) =>
        (await objectsIn(environment)).some((name) => name.startsWith("versions/")),
    },
    "BigQuery is loaded": {
      more: ["--target", "hybrid"],
      comes: ({ environment }) => Promise.resolve(hasLoaded(environment, "staging")),
    },
    "all but the pointer is done": {
      more: ["--target", "hybrid"],
      comes: ({ environment }) => Promise.resolve(hasLoaded(environment, "ops")),
    },
  };
  for (const [name, { more, comes }] of Object.entries(moments)) {
    it(`a run killed when ${name}: the next one puts all of it right`, () =>
      onStage(endless, async (stage) => {
        const { source, lake, environment } = stage;
        const args = ["--source", source, "--lake", lake, ...more];
        const run = startPipeline(args, undefined, environment.variables);
        await until(() => comes(stage), run);
        await killGroup(run);
        expect((await run.ended).signal).to.equal("SIGKILL");
        await expectMended(stage);
        expect(await statuses(lake)).to.deep.equal(["killed", "succeeded"]);
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
      await expectMended(stage);
    }));
});

function hasLoaded({ doubles, cloud }: DeployedEnvironment, layer: "staging" | "ops"): boolean {
  const dataset = cloud.names.datasets[layer];
  return doubles.bigquery.requests.some(
    ({ method, path: where, body }) =>
      method === "POST" && where.endsWith("/jobs") && JSON.stringify(body).includes(dataset),
  );
}
