import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { answers } from "../support/answers.ts";
import { askWarehouse } from "../support/warehouse.ts";
import { catalog } from "../support/catalog.ts";
import { failure } from "../support/errors.ts";
import { withFolder } from "../support/folder.ts";
import { quietLog, runLocally } from "../support/pipeline.ts";
import { tinyFiles, tinySource } from "../support/tiny-source.ts";

const ask = (lake: string, sql: string): Promise<unknown[][]> =>
  askWarehouse(path.join(lake, "warehouse.duckdb"), sql);

/** A price index that staging.cpi promises not to hold. */
const badCpi = { "CUSR0000SS62031.csv": "DATE,CUSR0000SS62031\n2000-01-01,-5\n2001-07-01,110.0\n" };

describe("the pipeline", function () {
  this.timeout(60_000);

  it("takes a folder's files to every table of the catalogue", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      const run = await runLocally({ sources: [source], lake });
      const tables = await answers(lake);
      const empty = Object.keys(tables).filter((id) => tables[id]?.length === 0);
      expect(empty).to.deep.equal([
        "staging.movie_countries",
        "staging.movie_languages",
        "staging.title_genres",
        "staging.titles",
      ]);
      expect(
        await ask(lake, "select genre, real_revenue_usd from marts.genre_earnings"),
      ).to.deep.equal([["Drama", "830.0"]]);
      expect(await ask(lake, "select status, synthetic, sources from ops.runs")).to.deep.equal([
        ["succeeded", "false", source],
      ]);
      expect(
        await ask(lake, "select count(*) from ops.checks where not passed and severity = 'error'"),
      ).to.deep.equal([["0"]]);
      expect(run.record.remarks).to.deep.equal([]);
    });
  });

  it("has the declared types in every table, empty or not, in warehouse and Parquet", async () => {
    await withFolder(async (folder) => {
      const only = await tinySource(path.join(folder, "in"));
      for (const name of Object.keys(tinyFiles)) {
        if (name !== "links.csv") await rm(path.join(only, name));
      }
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [only], lake });
      for (const table of (await catalog()).tables) {
        const files = path.join(lake, table.layer, table.name, "*.parquet");
        const inWarehouse = await ask(
          lake,
          `select column_name, column_type from (describe ${table.id})`,
        );
        const inParquet = await ask(
          lake,
          `select column_name, column_type from (describe from '${files}')`,
        );
        const names = { STRING: "VARCHAR", TIMESTAMP: "TIMESTAMP WITH TIME ZONE" } as Record<
          string,
          string
        >;
        const declared = table.columns.map(({ name, type }) => [name, names[type] ?? type]);
        expect(inWarehouse, table.id).to.deep.equal(declared);
        expect(inParquet, table.id).to.deep.equal(declared);
      }
    });
  });

  it("writes zstd Parquet with instants adjusted to UTC", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [source], lake });
      const files = `'${lake}/*/*/*.parquet'`;
      expect(
        await ask(lake, `select distinct compression from parquet_metadata(${files})`),
      ).to.deep.equal([["ZSTD"]]);
      const instants = await ask(
        lake,
        `select distinct type, logical_type from parquet_schema(${files}) where logical_type like 'TimestampType%' or type = 'INT96'`,
      );
      expect(instants).to.have.length(1);
      expect(String(instants[0]?.[1])).to.include("isAdjustedToUTC=1");
    });
  });

  it("says which answers are empty or partial for want of a source", async () => {
    await withFolder(async (folder) => {
      const changes = { "CUSR0000SS62031.csv": undefined, "credits.csv": undefined };
      const source = await tinySource(path.join(folder, "in"), changes);
      const lake = path.join(folder, "lake");
      const run = await runLocally({ sources: [source], lake });
      expect(run.record.remarks).to.deep.equal([
        "without cpi: marts.genre_earnings is empty; marts.box_office_by_month, marts.box_office_by_season are partial",
        "without credits: staging.cast_members, staging.crew_members are empty",
      ]);
      const [[message]] = (await ask(lake, "select message from ops.runs")) as [[string]];
      expect(message).to.include("without cpi: marts.genre_earnings is empty");
    });
  });

  it("gives the same tables twice", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [source], lake });
      const first = await answers(lake);
      await runLocally({ sources: [source], lake });
      expect(await answers(lake)).to.deep.equal(first);
      expect(await ask(lake, "select count(*) from ops.runs")).to.deep.equal([["2"]]);
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

  it("keeps records that cannot be read in ops.quarantine, whole", async () => {
    await withFolder(async (folder) => {
      const ratings = `${tinyFiles["ratings.csv"]!}x,10,4.0,946684800\n`;
      const source = await tinySource(path.join(folder, "in"), { "ratings.csv": ratings });
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [source], lake });
      const rows = await ask(
        lake,
        "select source, file, record_number, reason_code, record from ops.quarantine",
      );
      expect(rows).to.deep.equal([
        [
          "ratings",
          path.join(source, "ratings.csv"),
          "5",
          "not_a_whole_number",
          "x,10,4.0,946684800",
        ],
      ]);
      expect(
        await ask(
          lake,
          "select records_read, records_kept, records_superseded, records_quarantined from ops.sources where source = 'ratings'",
        ),
      ).to.deep.equal([["5", "4", "0", "1"]]);
    });
  });

  it("runs single steps, each going on with what the others left", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const whole = path.join(folder, "whole");
      await runLocally({ sources: [source], lake: whole });
      const lake = path.join(folder, "lake");
      for (const step of ["fetch", "prepare", "transform", "check", "publish"]) {
        await runLocally({ sources: [source], lake, only: [step] });
      }
      expect(await answers(lake)).to.deep.equal(await answers(whole));
      // Again on what is published, without reading a file.
      await runLocally({ sources: [source], lake, only: ["transform", "check", "publish"] });
      expect(await answers(lake)).to.deep.equal(await answers(whole));
    });
  });

  it("refuses a step whose inputs are not there, and says which step makes them", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      const only = (step: string): Promise<unknown> =>
        runLocally({ sources: [source], lake, only: [step] });
      expect((await failure(only("transform"), "usage")).line).to.include("step prepare first");
      await only("prepare");
      expect((await failure(only("check"), "usage")).line).to.include("step transform first");
      await only("transform");
      expect((await failure(only("publish"), "usage")).line).to.include("step check first");
    });
  });

  it("takes the large file unless told otherwise, file by file", async () => {
    await withFolder(async (folder) => {
      const few = "userId,movieId,rating,timestamp\n1,10,4.0,946684800\n";
      const source = await tinySource(path.join(folder, "in"), { "ratings_small.csv": few });
      const large = await runLocally({ sources: [source], lake: path.join(folder, "large") });
      const small = await runLocally({
        sources: [source],
        lake: path.join(folder, "small"),
        small: true,
      });
      const kept = (run: typeof large, name: string): number | undefined =>
        run.record.accounts.find((account) => account.source === name)?.kept;
      expect([kept(large, "ratings"), kept(large, "links")]).to.deep.equal([4, 2]);
      expect([kept(small, "ratings"), kept(small, "links")]).to.deep.equal([1, 2]);
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
      // A process number that no system gives out.
      const claim = {
        runId: "20000101T000000Z-dead",
        startedAt: "2000-01-01T00:00:00.000Z",
        sources: ["x"],
        processId: 2 ** 30,
        host: os.hostname(),
      };
      await writeFile(path.join(lake, "lock.json"), JSON.stringify(claim));
      await mkdir(path.join(lake, "work", "staging"), { recursive: true });
      await mkdir(path.join(lake, "versions", "20000101T000000Z-dead"));
      expect(await answers(lake)).to.deep.equal(before);
      await runLocally({ sources: [source], lake });
      expect(await answers(lake)).to.deep.equal(before);
      expect(await readdir(path.join(lake, "versions"))).to.have.length(1);
      expect(
        await ask(lake, "select status from ops.runs order by started_at limit 1"),
      ).to.deep.equal([["killed"]]);
    });
  });

  it("refuses a lake that another run holds, one of a newer format, and foreign files", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      const run = (): Promise<unknown> => runLocally({ sources: [source], lake });
      await run();
      const claim = {
        runId: "r",
        startedAt: "2000-01-01T00:00:00.000Z",
        sources: ["x"],
        processId: 1,
        host: "elsewhere",
      };
      await writeFile(path.join(lake, "lock.json"), JSON.stringify(claim));
      expect((await failure(run(), "lake")).line).to.include(
        "in use by run r (process 1 on elsewhere",
      );
      await rm(path.join(lake, "lock.json"));

      const state = path.join(lake, "current", "lake.json");
      const text = await readFile(state, "utf8");
      await writeFile(state, text.replace('"format": 1', '"format": 99'));
      expect((await failure(run(), "lake")).line).to.include("format 99");
      await writeFile(state, "{");
      expect((await failure(run(), "lake")).line).to.include("is damaged");
      await writeFile(state, text);

      await rm(path.join(lake, "marts"));
      await mkdir(path.join(lake, "marts"));
      expect((await failure(run(), "lake")).line).to.include("marts is in the way");
    });
  });

  it("warns of what is worth a warning and goes on", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"), { "keywords.csv": "id,keywords\n" });
      const log = quietLog();
      const run = await runLocally({ sources: [source], lake: path.join(folder, "lake") }, log);
      expect(log.warnings.join("\n")).to.include("keywords.csv holds a header and no record");
      expect(run.record.remarks).to.deep.equal([
        "without keywords: staging.movie_keywords is empty",
      ]);
    });
  });
});
