import path from "node:path";

import { expect } from "chai";

import { expectNothingReal } from "../../scripts/prove/base.ts";
import { prove } from "../../scripts/prove/prove.ts";
import { type Point, reportOf } from "../../scripts/prove/report.ts";
import { connectorIsThere } from "../support/cloud/dataproc-double-spark.ts";
import { runThere, startEnvironment } from "../support/cloud/whole.ts";
import { emulatorsAreThere } from "../support/emulators.ts";
import { failure } from "../support/errors.ts";
import { withFolder } from "../support/folder.ts";
import { quietLog } from "../support/pipeline.ts";
import { tinySource } from "../support/tiny-source.ts";

describe("the proof on an own project", () => {
  if (!emulatorsAreThere() || !connectorIsThere()) {
    it.skip(
      "SKIPPED: there are no doubles of Google Cloud on this machine, scripts/setup/cloud.sh installs them; not tested: npm run prove",
    );
    return;
  }

  it("finds the same tables there and here, and says what it could not try", () =>
    withFolder(async (folder) => {
      const environment = await startEnvironment();
      try {
        const { cloud } = environment;
        await expectNothingReal(cloud);
        const points = await prove(cloud, folder, quietLog());
        const same = points.filter(({ what }) => what.includes("is the same in BigQuery"));
        expect(same.filter(({ holds }) => holds !== true)).to.deep.equal([]);
        expect(same.length).to.be.above(20);
        expect(pointOf(points, "Viewers of dashboards").holds).to.equal(false);
        // Whoever has credentials here asks Google Cloud nothing all the same.
        for (const what of ["Spark's account", "A plan after the run"]) {
          expect(pointOf(points, what).holds).to.equal(undefined);
          expect(pointOf(points, what).facts.join("\n")).to.match(/names a double on this machine/);
        }
        const report = reportOf(cloud, new Date("2026-11-21T12:00:00Z"), points);
        expect(report).to.match(/^# Proof of dev, 2026-11-21 12:00 UTC/);
        // The sample may be proven again and again.
        await expectNothingReal(cloud);
      } finally {
        await environment.stop();
      }
    }));

  it("refuses to put the sample in the place of real data", () =>
    withFolder(async (folder) => {
      const environment = await startEnvironment();
      try {
        const source = await tinySource(path.join(folder, "in"));
        await runThere({ sources: [source], lake: path.join(folder, "lake") });
        const { line } = await failure(expectNothingReal(environment.cloud), "usage");
        expect(line).to.match(/dev shows real data/);
      } finally {
        await environment.stop();
      }
    }));
});

function pointOf(points: readonly Point[], what: string): Point {
  const point = points.find((one) => new RegExp(what).test(one.what));
  if (point === undefined) throw new Error(`nobody looked at ${what}`);
  return point;
}
