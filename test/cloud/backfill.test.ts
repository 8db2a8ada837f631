import { existsSync } from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { exitCodes } from "../../errors.ts";
import { writeProgress } from "../../jobs/lake/backfill.ts";
import { endless } from "../support/cloud/dataproc-double-bucket.ts";
import { onStage, type Stage } from "../support/cloud/stage.ts";
import { runThere } from "../support/cloud/whole.ts";
import { expectPublished, locally } from "../support/cloud/whole-run.ts";
import { emulatorsAreThere } from "../support/emulators.ts";
import { type Outcome, root, runProgram } from "../support/program.ts";
import { stateOf } from "../support/same-lakes.ts";
import { killGroup, start } from "../support/started.ts";
import { until } from "../support/until.ts";
import { askWarehouse } from "../support/warehouse.ts";

const program = "scripts/backfill.ts";
const months = ["--months", "2000-01..2001-03", "--batch", "8"];
/** Behind these months lies the last rating. */
const most = { from: "2000-01", to: "2000-12" };

const words = ({ source, lake }: Pick<Stage, "source" | "lake">): string[] => [
  ...["--source", source, "--lake", lake, "--target", "hybrid", ...months],
];

async function backfill(stage: Pick<Stage, "source" | "lake">): Promise<Outcome> {
  return runProgram(program, words(stage));
}

const stateIn = (lake: string): string => path.join(lake, "backfill.json");

async function runsIn(lake: string): Promise<unknown> {
  const sql = "select target || ' ' || status from ops.runs order by started_at, run_id";
  return (await askWarehouse(path.join(lake, "warehouse.duckdb"), sql)).map(([said]) => said);
}

/** What the same months leave on one machine. */
async function backfilledLocally({ folder, source }: Stage): Promise<string> {
  const lake = path.join(folder, "expected");
  const args = ["--source", source, "--lake", lake, ...months];
  const { code, stderr } = await runProgram(program, args);
  expect(code, stderr).to.equal(0);
  return lake;
}

describe("months on Google Cloud", () => {
  if (!emulatorsAreThere()) {
    it.skip(
      "SKIPPED: there are no doubles of Google Cloud on this machine, scripts/setup/cloud.sh installs them; not tested: backfills and months on target hybrid",
    );
    return;
  }

  it("a backfill leaves what a local one leaves, and once more it changes nothing", () =>
    onStage(endless, async (stage) => {
      const { lake } = stage;
      const { code, stderr } = await backfill(stage);
      expect(code, stderr).to.equal(0);
      expect(stderr).to.include("Batch 2 of 2: 2000-09..2001-03");
      expect(existsSync(stateIn(lake))).to.equal(false);
      const expected = await backfilledLocally(stage);
      await expectPublished(stage, expected);

      const again = await backfill(stage);
      expect(again.code, again.stderr).to.equal(0);
      expect(again.stderr).to.include("Batch 1 of 2").and.not.include("Going on");
      await expectPublished(stage, expected);
      expect(await runsIn(lake)).to.deep.equal(Array(4).fill("hybrid succeeded"));
    }));

  it("a backfill that was killed in its second batch goes on with that one", () =>
    onStage(endless, async (stage) => {
      const { environment, lake } = stage;
      const { requests } = environment.doubles.bigquery;
      const command = ["--import", "tsx", path.join(root, program), ...words(stage)];
      const run = start(process.execPath, command);
      await until(() => existsSync(stateIn(lake)), run);
      const before = requests.length;
      const isLoad = ({ path: where, body }: (typeof requests)[number]): boolean =>
        where.endsWith("/jobs") && JSON.stringify(body).includes('"load"');
      await until(() => requests.slice(before).some(isLoad), run);
      await killGroup(run);
      expect((await run.ended).signal).to.equal("SIGKILL");

      const { code, stderr } = await backfill(stage);
      expect(code, stderr).to.equal(0);
      expect(stderr).to.include("Going on after 1 of 2").and.not.include("Batch 1 of 2");
      expect(existsSync(stateIn(lake))).to.equal(false);
      await expectPublished(stage, await backfilledLocally(stage));
      const [ended, killed] = ["hybrid succeeded", "hybrid killed"];
      expect(await runsIn(lake)).to.deep.equal([ended, killed, ended]);
    }));

  it("a backfill begins again where another machine has made the lake anew", () =>
    onStage(endless, async (stage) => {
      const { folder, source, other, lake } = stage;
      const first = { sources: [source], merge: true, months: { from: "2000-01", to: "2000-08" } };
      await runThere({ ...first, lake });
      // As a kill behind the first of two batches leaves it.
      await writeProgress(lake, {
        ...{ sources: [source], small: false, from: "2000-01", to: "2001-03", monthsOfBatch: 8 },
        ...{ delivered: new Date().toISOString(), done: 1 },
        root: (await stateOf(lake)).prepared?.root,
      });
      await runThere({ sources: [other], lake: path.join(folder, "elsewhere") });

      const { code, stderr } = await backfill(stage);
      expect(code).to.equal(exitCodes.usage);
      expect(stderr).to.match(/the lake was made anew .*: its earlier batches are not in it/);
      const again = await backfill(stage);
      expect(again.code, again.stderr).to.equal(0);
      expect(again.stderr).to.include("Batch 1 of 2").and.not.include("Going on");
      await locally(folder, { sources: [other] });
      await expectPublished(stage, await backfilledLocally(stage));
    }));

  it("a run of some months leaves what a local one of them leaves", () =>
    onStage(endless, async (stage) => {
      const { folder, source, lake } = stage;
      const some = { sources: [source], months: most };
      await runThere({ ...some, lake });
      const expected = await locally(folder, some);
      await expectPublished(stage, expected);
      const sql = "select count(*), max(rated_at) < '2001-01-01' from staging.ratings";
      const kept = await askWarehouse(path.join(lake, "warehouse.duckdb"), sql);
      expect(kept).to.deep.equal([["2", "true"]]);
    }));
});
