import { execFileSync } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import type { Run } from "../../jobs/run.ts";
import { describeWithSpark } from "../support/spark/describe.ts";
import { withFolder, writeFiles } from "../support/folder.ts";
import { runLocally } from "../support/pipeline.ts";
import { expectSameLakes } from "../support/same-lakes.ts";
import { killGroup, startPipeline } from "../support/started.ts";
import { tinySource } from "../support/tiny-source.ts";
import { askWarehouse } from "../support/warehouse.ts";

const spark = { engine: "spark" } as const;

/** What a run's checks have found. */
function answersOf({ record }: Run): unknown[] {
  return record.checks.map(({ table, name, failingRows }) => [table, name, failingRows]);
}

/** Processes of Spark that work in a folder. */
function sparksIn(folder: string): string[] {
  const all = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" }).split("\n");
  return all.filter((line) => line.includes(folder) && line.includes("org.apache.spark"));
}

describeWithSpark("the pipeline with Spark on this machine", () => {
  it("publishes the very lake of DuckDB, and merges into it", () =>
    withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const [one, other] = [path.join(folder, "spark"), path.join(folder, "duckdb")];
      const run = await runLocally({ sources: [source], lake: one, ...spark });
      const plain = await runLocally({ sources: [source], lake: other });
      await expectSameLakes(one, other);
      const told = await askWarehouse(
        path.join(one, "warehouse.duckdb"),
        "select engine, status from ops.runs",
      );
      expect(told).to.deep.equal([["spark", "succeeded"]]);
      expect(answersOf(run)).to.deep.equal(answersOf(plain));

      const ratings = "userId,movieId,rating,timestamp\n1,10,1.0,1009843200\n4,20,5.0,1009843201\n";
      const delivery = await writeFiles(path.join(folder, "2020-01-01"), {
        "ratings.csv": ratings,
      });
      for (const [lake, engine] of [
        [one, "spark"],
        [other, "duckdb"],
      ] as const) {
        await runLocally({ sources: [delivery], lake, merge: true, engine });
      }
      await expectSameLakes(one, other);
    }));

  for (const [name, signal, code] of [
    ["is stopped", "SIGINT", 130],
    ["is killed", "SIGKILL", null],
  ] as const) {
    it(`leaves no Spark behind where it ${name}, and publishes when it is run again`, () =>
      withFolder(async (folder) => {
        const source = await tinySource(path.join(folder, "in"));
        const lake = path.join(folder, "lake");
        const run = startPipeline(["--source", source, "--lake", lake, "--engine", "spark"]);
        try {
          while (sparksIn(folder).length === 0) {
            if (!run.runs()) throw new Error((await run.ended).stderr);
            await sleep(50);
          }
          // To the run alone, as a supervisor does: Spark is in a group of its own.
          run.signal(signal);
          expect((await run.ended).code).to.equal(code);
        } finally {
          await killGroup(run);
        }
        // It may have been killed before its driver has begun, which looks whether the run is there.
        const latest = Date.now() + 120_000;
        while (sparksIn(folder).length > 0 && Date.now() < latest) await sleep(100);
        expect(sparksIn(folder)).to.deep.equal([]);
        await runLocally({ sources: [source], lake, ...spark });
        await runLocally({ sources: [source], lake: path.join(folder, "duckdb") });
        await expectSameLakes(lake, path.join(folder, "duckdb"));
      }));
  }
});
