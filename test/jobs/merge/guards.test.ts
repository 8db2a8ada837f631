import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { DuckDBInstance } from "@duckdb/node-api";
import { expect } from "chai";

import { failure } from "../../support/errors.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { quietLog, runLocally } from "../../support/pipeline.ts";
import { tinySource } from "../../support/tiny-source.ts";
import { askWarehouse } from "../../support/warehouse.ts";

const delivery = { "ratings.csv": "userId,movieId,rating,timestamp\n4,20,2.5,978307300\n" };

interface Place {
  lake: string;
  /** A delivery of one rating. */
  news: string;
  folder: string;
}

/** A lake that is published, and a delivery to come. */
async function withLake(use: (place: Place) => Promise<void>, name = "lake"): Promise<void> {
  await withFolder(async (folder) => {
    const lake = path.join(folder, name);
    await runLocally({ sources: [await tinySource(path.join(folder, "in"))], lake });
    const news = await writeFiles(path.join(folder, "news"), delivery);
    await use({ lake, news, folder });
  });
}

describe("what a merge is held against", () => {
  it("refuses made-up data on a lake of real data, and the other way round", async () => {
    await withLake(async ({ lake, news, folder }) => {
      const madeUp = path.join(folder, "made-up");
      await cp(news, madeUp, { recursive: true });
      await writeFile(path.join(madeUp, "origin.json"), '{"synthetic": true}');
      const merge = { lake, merge: true };
      const error = await failure(runLocally({ ...merge, sources: [madeUp] }), "lake");
      expect(error.line).to.include("strangers");
      await runLocally({ sources: [madeUp], lake });
      expect((await failure(runLocally({ ...merge, sources: [news] }), "lake")).line).to.include(
        "holds synthetic data, the sources are real",
      );
    });
  });

  it("notices records that somebody has taken away", async () => {
    await withLake(async ({ lake, folder }) => {
      await rm(path.join(lake, "current", "kept", "keywords"), { recursive: true });
      const keywords = { "keywords.csv": "id,keywords\n9,[]\n" };
      const sources = [await writeFiles(path.join(folder, "words"), keywords)];
      const error = await failure(runLocally({ sources, lake, merge: true }), "lake");
      expect(error.line).to.include("of keywords 2 records were kept, but 0 are there");
    });
  });

  it("takes over no table that is not declared any more", async () => {
    await withLake(async ({ lake, news }) => {
      await mkdir(path.join(lake, "current", "core", "bygone"));
      await cp(
        path.join(lake, "current", "core", "dates"),
        path.join(lake, "current", "core", "bygone"),
        { recursive: true },
      );
      const file = path.join(lake, "current", "warehouse.duckdb");
      const instance = await DuckDBInstance.create(file);
      const connection = await instance.connect();
      await connection.run("create table core.bygone as select 1 as one");
      connection.closeSync();
      instance.closeSync();
      await runLocally({ sources: [news], lake, merge: true });
      expect(existsSync(path.join(lake, "core", "bygone"))).to.equal(false);
      const tables = "select count(*) from duckdb_tables() where table_name = 'bygone'";
      expect(await askWarehouse(path.join(lake, "warehouse.duckdb"), tables)).to.deep.equal([
        ["0"],
      ]);
    });
  });

  it("loads what was made anew although the models were run twice", async () => {
    await withLake(async ({ lake, news }) => {
      const state = path.join(lake, "current", "lake.json");
      const text = await readFile(state, "utf8");
      await writeFile(state, text.replace(/("core.price_levels": ")\w+/, "$1otherwise"));
      const merge = { sources: [news], lake, merge: true };
      await runLocally({ ...merge, only: ["prepare", "transform"] });
      const run = await runLocally({
        sources: ["sample"],
        lake,
        only: ["transform", "check", "publish"],
      });
      expect(run.record.changes).to.include({ "core.price_levels": "any" });
      const loaded = run.record.made.filter(({ step }) => step === "publish");
      expect(loaded.map(({ table }) => table.id)).to.include("core.price_levels");
    });
  });

  it("says that a merge which was not published is given up, and of no other", async () => {
    await withLake(async ({ lake, news }) => {
      const merge = { sources: [news], lake, merge: true };
      const first = quietLog();
      await runLocally({ ...merge, only: ["prepare"] }, first);
      expect(first.warnings).to.deep.equal([]);
      const second = quietLog();
      await runLocally(merge, second);
      expect(second.warnings.join()).to.include("was never published and is given up");
      await runLocally({ sources: ["sample"], lake, only: ["transform", "check"] });
      const third = quietLog();
      await runLocally(merge, third);
      expect(third.warnings).to.deep.equal([]);
    });
  });

  it("works in a folder of any name", async () => {
    await withLake(async ({ lake, news }) => {
      await runLocally({ sources: [news], lake, merge: true });
      const ratings = "select count(*) from staging.ratings";
      expect(await askWarehouse(path.join(lake, "warehouse.duckdb"), ratings)).to.deep.equal([
        ["5"],
      ]);
    }, "l[1]a*k {x}'s");
  });
});
