import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { exitCodes } from "../../errors.ts";
import { withFolder } from "../support/folder.ts";
import { type Outcome, runProgram } from "../support/program.ts";
import { runLocally } from "../support/pipeline.ts";
import { expectSameLakes } from "../support/same-lakes.ts";
import { tinySource } from "../support/tiny-source.ts";
import { askWarehouse } from "../support/warehouse.ts";

const months = ["--months", "2000-01..2001-03"];

async function backfill(source: string, lake: string, ...words: string[]): Promise<Outcome> {
  return runProgram("scripts/backfill.ts", ["--source", source, "--lake", lake, ...words]);
}

describe("a backfill", () => {
  it("takes many months in batches and ends with the tables of one run", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      const { code, stderr } = await backfill(source, lake, ...months, "--batch", "6");
      expect(code, stderr).to.equal(0);
      expect(stderr).to.include("Batch 1 of 3: 2000-01..2000-06");
      expect(stderr).to.include("Batch 3 of 3: 2001-01..2001-03");
      expect(existsSync(path.join(lake, "backfill.json"))).to.equal(false);
      const full = await runLocally({ sources: [source], lake: path.join(folder, "full") });
      await expectSameLakes(lake, full.lake.folder);
    });
  });

  it("goes on behind its last batch, and lets no other begin before it is at its end", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      await backfill(source, lake, "--months", "2000-01..2000-06", "--batch", "6");
      // As a kill behind the first of three batches leaves it.
      const state = {
        ...{ sources: [source], small: false, from: "2000-01", to: "2001-03", monthsOfBatch: 6 },
        ...{ delivered: "2020-01-01T00:00:00.000Z", done: 1 },
      };
      await writeFile(path.join(lake, "backfill.json"), JSON.stringify(state));

      const other = await backfill(source, lake, "--months", "1999-01..1999-12");
      expect(other.code).to.equal(exitCodes.usage);
      expect(other.stderr).to.include("2000-01..2001-03").and.include("--restart");

      const { code, stderr } = await backfill(source, lake, ...months, "--batch", "6");
      expect(code).to.equal(0);
      expect(stderr).to.include("Going on after 1 of 3").and.not.include("Batch 1 of 3");
      const runs = await askWarehouse(
        path.join(lake, "warehouse.duckdb"),
        "select count(*) from ops.runs",
      );
      expect(runs).to.deep.equal([["3"]]);
    });
  });

  it("refuses bad months, batches and a damaged state in one line", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      for (const [words, why] of [
        [["--months", "2001-01..2000-01"], "ends before it begins"],
        [[...months, "--batch", "0"], "no number of months"],
        [[], "--months"],
      ] as const) {
        const { code, stderr } = await backfill(source, lake, ...words);
        expect(code).to.equal(exitCodes.usage);
        expect(stderr.trim().split("\n")).to.have.length(1);
        expect(stderr).to.include(why);
      }
      await runLocally({ sources: [source], lake });
      await writeFile(path.join(lake, "backfill.json"), "{");
      const { code, stderr } = await backfill(source, lake, ...months);
      expect(code).to.equal(exitCodes.lake);
      expect(stderr).to.include("backfill.json is damaged").and.include("--restart");
      expect(await readFile(path.join(lake, "backfill.json"), "utf8")).to.equal("{");
    });
  });
});
