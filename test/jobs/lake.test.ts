import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import type { Claim } from "../../jobs/lake/lock.ts";
import { answers } from "../support/answers.ts";
import { askWarehouse } from "../support/warehouse.ts";
import { failure } from "../support/errors.ts";
import { withFolder } from "../support/folder.ts";
import { runLocally } from "../support/pipeline.ts";
import { tinyFiles, tinySource } from "../support/tiny-source.ts";

const ask = (lake: string, sql: string): Promise<unknown[][]> =>
  askWarehouse(path.join(lake, "warehouse.duckdb"), sql);

/** A price index that staging.cpi promises not to hold. */
const badCpi = { "CUSR0000SS62031.csv": "DATE,CUSR0000SS62031\n2000-01-01,-5\n2001-07-01,110.0\n" };

/** What a killed run leaves in its lake: a process number that no system gives out. */
const deadClaim = (runId: string): Claim => ({
  runId,
  startedAt: "2000-01-01T00:00:00.000Z",
  sources: ["x"],
  processId: 2 ** 30,
  host: os.hostname(),
});

describe("the lake of a run", () => {
  it("publishes nothing when a check fails, and tells of it in ops", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      const good = await tinySource(path.join(folder, "good"));
      await runLocally({ sources: [good], lake });
      const before = await answers(lake);
      const bad = await tinySource(path.join(folder, "bad"), {
        ...badCpi,
        "ratings.csv": tinyFiles["ratings.csv"]!.replace("4.0", "1.0"),
      });
      const error = await failure(runLocally({ sources: [bad], lake }), "check");
      expect(error.line).to.include("staging.cpi").and.include("price_index_is_positive");
      expect(await answers(lake)).to.deep.equal(before);
      expect(await ask(lake, "select status from ops.runs order by started_at")).to.deep.equal([
        ["succeeded"],
        ["failed"],
      ]);
      expect(
        await ask(
          lake,
          "select check_name, failing_rows from ops.checks where not passed and severity = 'error'",
        ),
      ).to.deep.equal([["price_index_is_positive", "1"]]);
    });
  });

  it("leaves ops alone in the warehouse after a failed first run", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      const bad = await tinySource(path.join(folder, "bad"), badCpi);
      await failure(runLocally({ sources: [bad], lake }), "check");
      const tables = await ask(lake, "select distinct schema_name from duckdb_tables()");
      expect(tables).to.deep.equal([["ops"]]);
      expect(existsSync(path.join(lake, "marts"))).to.equal(false);
      const good = await tinySource(path.join(folder, "good"));
      await runLocally({ sources: [good], lake });
      expect(await ask(lake, "select status from ops.runs order by started_at")).to.deep.equal([
        ["failed"],
        ["succeeded"],
      ]);
    });
  });

  it("leaves nothing behind but its own names, and one version", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      for (let times = 0; times < 2; times++) await runLocally({ sources: [source], lake });
      expect((await readdir(lake)).sort()).to.deep.equal([
        "core",
        "current",
        "dashboard.html",
        "marts",
        "ops",
        "staging",
        "versions",
        "warehouse.duckdb",
      ]);
      const [version, ...others] = await readdir(path.join(lake, "versions"));
      expect(others).to.deep.equal([]);
      expect((await readdir(path.join(lake, "versions", version!))).sort()).to.deep.equal([
        "core",
        "dashboard.html",
        "kept",
        "lake.json",
        "marts",
        "ops",
        "staging",
        "warehouse.duckdb",
      ]);
    });
  });

  it("clears away what a killed run left, and tells of it in ops", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [source], lake });
      const before = await answers(lake);
      const where = { target: "hybrid", engine: "spark" };
      const claim = { ...deadClaim("20000101T000000Z-dead"), ...where };
      await writeFile(path.join(lake, "lock.json"), JSON.stringify(claim));
      await mkdir(path.join(lake, "work", "staging"), { recursive: true });
      await mkdir(path.join(lake, "versions", "20000101T000000Z-dead"));
      expect(await answers(lake)).to.deep.equal(before);
      await runLocally({ sources: [source], lake });
      expect(await answers(lake)).to.deep.equal(before);
      expect(await readdir(path.join(lake, "versions"))).to.have.length(1);
      expect(
        await ask(lake, "select status, target, engine from ops.runs order by started_at limit 1"),
      ).to.deep.equal([["killed", "hybrid", "spark"]]);
    });
  });

  it("tells once of a run that was killed behind its last word", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      const { id } = await runLocally({ sources: [source], lake });
      const claim = deadClaim(id);
      await writeFile(path.join(lake, "lock.json"), JSON.stringify(claim));
      await runLocally({ sources: [source], lake });
      expect(await ask(lake, "select status from ops.runs")).to.deep.equal([
        ["succeeded"],
        ["succeeded"],
      ]);
    });
  });

  it("refuses a lake that another run holds, one of a newer format, and foreign files", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      const run = (): Promise<unknown> => runLocally({ sources: [source], lake });
      await run();
      const claim = { ...deadClaim("r"), processId: 1, host: "elsewhere" };
      await writeFile(path.join(lake, "lock.json"), JSON.stringify(claim));
      expect((await failure(run(), "lake")).line).to.include(
        "in use by run r (process 1 on elsewhere",
      );
      await rm(path.join(lake, "lock.json"));

      const state = path.join(lake, "current", "lake.json");
      const text = await readFile(state, "utf8");
      await writeFile(state, text.replace('"format": 2', '"format": 99'));
      expect((await failure(run(), "lake")).line).to.include("format 99");
      await writeFile(state, "{");
      expect((await failure(run(), "lake")).line).to.include("is damaged");
      await writeFile(state, text);

      await rm(path.join(lake, "marts"));
      await mkdir(path.join(lake, "marts"));
      expect((await failure(run(), "lake")).line).to.include("marts is in the way");
    });
  });

  it("can be opened from anywhere and after the folder was moved or copied", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [source], lake });
      const first = await answers(lake);
      await cp(lake, path.join(folder, "copy"), { recursive: true, verbatimSymlinks: true });
      await rename(lake, path.join(folder, "moved"));
      expect(await answers(path.join(folder, "moved"))).to.deep.equal(first);
      expect(await answers(path.join(folder, "copy"))).to.deep.equal(first);
      const files = path.join(folder, "moved", "marts", "genre_popularity", "*.parquet");
      expect(
        await ask(path.join(folder, "moved"), `select count(*) from '${files}'`),
      ).to.deep.equal([["1"]]);
    });
  });
});
