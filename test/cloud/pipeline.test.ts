import { readFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { emulatorsAreThere } from "../support/emulators.ts";
import {
  type DeployedEnvironment,
  expectSameInBigQuery,
  objectsIn,
  objectText,
  runThere,
  startEnvironment,
} from "../support/cloud/whole.ts";
import { connectorIsThere } from "../support/cloud/dataproc-double-spark.ts";
import { failure } from "../support/errors.ts";
import { withFolder, writeFiles } from "../support/folder.ts";
import { root } from "../support/program.ts";
import { quietLog, runLocally } from "../support/pipeline.ts";
import { expectSameLakes } from "../support/same-lakes.ts";
import { tinyFiles, tinySource } from "../support/tiny-source.ts";
import { askWarehouse } from "../support/warehouse.ts";
import { setVariables } from "../support/variables.ts";

const missing = emulatorsAreThere()
  ? undefined
  : "there are no doubles of Google Cloud on this machine, scripts/setup/cloud.sh installs them";

/** Runs a test over an environment of its own. */
async function onCloud(
  use: (environment: DeployedEnvironment, folder: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const environment = await startEnvironment();
    try {
      await use(environment, folder);
    } finally {
      await environment.stop();
    }
  });
}

const warehouseOf = (lake: string): string => path.join(lake, "warehouse.duckdb");

describe("the pipeline on Google Cloud", () => {
  if (missing !== undefined) {
    it.skip(`SKIPPED: ${missing}; not tested: the pipeline on targets hybrid and gcp`);
    return;
  }

  it("hybrid: has the very tables of a local run, in the bucket and in BigQuery", async () => {
    await onCloud(async (environment, folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "copy");
      await runThere({ sources: [source], lake });
      const local = await runLocally({ sources: [source], lake: path.join(folder, "local") });
      await expectSameLakes(lake, local.lake.folder);
      await expectSameInBigQuery(environment.cloud, warehouseOf(lake));
      const runs = await askWarehouse(warehouseOf(lake), "select target, status from ops.runs");
      expect(runs).to.deep.equal([["hybrid", "succeeded"]]);

      const objects = await objectsIn(environment);
      const raw = objects.filter((name) => name.startsWith("raw/"));
      expect(raw.map((name) => path.posix.basename(name)).sort()).to.deep.equal(
        Object.keys(tinyFiles).sort(),
      );
      expect(objects).not.to.include("lock.json");
      expect(objects.filter((name) => name.startsWith("work/"))).to.deep.equal([]);
      const pointer = JSON.parse(await objectText(environment, "current.json")) as object;
      expect(pointer).to.include({ loaded: true });
    });
  });

  it("gcp: has them made by Spark on Dataproc", async function () {
    if (!connectorIsThere()) {
      this.test!.title = `SKIPPED: there is no connector, scripts/setup/cloud.sh installs it: ${this.test!.title}`;
      this.skip();
    }
    await onCloud(async (environment, folder) => {
      const lake = path.join(folder, "copy");
      await runThere({ sources: ["sample"], lake, target: "gcp", engine: "spark" });
      const local = await runLocally({ sources: ["sample"], lake: path.join(folder, "local") });
      await expectSameLakes(lake, local.lake.folder);
      await expectSameInBigQuery(environment.cloud, warehouseOf(lake));
      expect(Object.values(environment.dataproc.states())).to.deep.equal(["DONE"]);
    });
  });

  it("merges a delivery into what another machine has published", async () => {
    await onCloud(async (environment, folder) => {
      const source = await tinySource(path.join(folder, "in"));
      await runThere({ sources: [source], lake: path.join(folder, "one") });
      const more = "userId,movieId,rating,timestamp\n1,10,1.0,1009843200\n4,20,5.0,1009843201\n";
      const delivery = path.join(folder, "2020-01-01");
      await tinySource(delivery, {
        ...Object.fromEntries(Object.keys(tinyFiles).map((name) => [name, undefined])),
        "ratings.csv": more,
      });
      const other = path.join(folder, "other");
      await runThere({ sources: [delivery], lake: other, merge: true });
      await expectSameInBigQuery(environment.cloud, warehouseOf(other));

      const here = path.join(folder, "local");
      await runLocally({ sources: [source], lake: here });
      await runLocally({ sources: [delivery], lake: here, merge: true });
      await expectSameLakes(other, here);
      const runs = await askWarehouse(warehouseOf(other), "select count(*) from ops.runs");
      expect(runs).to.deep.equal([["2"]]);
    });
  });

  it("exchanges only the months that a merge has touched where a table is large", async () => {
    await onCloud(async (environment, folder) => {
      const settings = path.join(folder, "settings");
      const dev = await readFile(path.join(root, "settings", "dev.yml"), "utf8");
      const small = dev.replace(/^(exchange_months_above_gigabytes:).*$/m, "$1 0");
      await writeFiles(settings, { "dev.yml": small });
      const restore = setVariables({ MARQUEE_SETTINGS: settings });
      try {
        // So many that a delivery of two is a small part of them.
        const many = Array.from({ length: 20 }, (_, user) => `${user + 10},20,3.5,988675200`);
        const base = ["userId,movieId,rating,timestamp", "1,10,4.0,946684800", ...many, ""];
        const source = await tinySource(path.join(folder, "in"), {
          "ratings.csv": base.join("\n"),
        });
        const lake = path.join(folder, "copy");
        await runThere({ sources: [source], lake });
        const { requests } = environment.doubles.bigquery;
        const before = requests.length;
        // User 1's rating of film 10 moves from January 2000 to January 2002, another one is new.
        const ratings =
          "userId,movieId,rating,timestamp\n1,10,1.0,1009843200\n4,20,5.0,1009843201\n";
        const delivery = path.join(folder, "2020-01-01");
        await writeFiles(delivery, { "ratings.csv": ratings });
        await runThere({ sources: [delivery], lake, merge: true });
        const asked = JSON.stringify(requests.slice(before).map(({ body }) => body));
        const [, months] = /DELETE FROM \S*ratings\S* WHERE \w+ IN \(([^)]*)\)/.exec(asked) ?? [];
        expect(months).to.equal("DATE '2000-01-01', DATE '2002-01-01'");
        await expectSameInBigQuery(environment.cloud, warehouseOf(lake));
        // Once more changes nothing, and is another exchange.
        await runThere({ sources: [delivery], lake, merge: true });
        await expectSameInBigQuery(environment.cloud, warehouseOf(lake));
        // Where that would scan more than a query may, the whole table is loaded.
        const much = { status: 400, reason: "bytesBilledLimitExceeded", message: "too much" };
        environment.doubles.bigquery.failNext(/POST .*\/jobs .*BEGIN TRANSACTION/, much);
        const since = requests.length;
        const late = path.join(folder, "2020-01-02");
        await writeFiles(late, { "ratings.csv": ratings.replace("1.0", "2.0") });
        await runThere({ sources: [late], lake, merge: true });
        await expectSameInBigQuery(environment.cloud, warehouseOf(lake));
        const refused = JSON.stringify(requests.slice(since).map(({ body }) => body));
        expect(refused).to.include("BEGIN TRANSACTION");
        expect(refused).to.match(/"tableId":"ratings"[^}]*\}[^}]*"schema"/);
      } finally {
        restore();
      }
    });
  });

  it("refuses a folder with tables of its own, and a local run in a bucket's working copy", async () => {
    await onCloud(async (_environment, folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const [own, copy] = [path.join(folder, "own"), path.join(folder, "copy")];
      await runLocally({ sources: [source], lake: own });
      const { line } = await failure(runThere({ sources: [source], lake: own }), "lake");
      expect(line).to.match(/holds tables of its own/);
      await runThere({ sources: [source], lake: copy });
      const other = await failure(
        runLocally({ sources: [source], lake: copy }, quietLog()),
        "lake",
      );
      expect(other.line).to.match(/working copy of gs:\/\/.*--target hybrid --lake/);
    });
  });
});
