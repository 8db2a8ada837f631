import { readFile, realpath, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import type { Options } from "../../../jobs/options.ts";
import { steps } from "../../../jobs/pipeline.ts";
import type { Run } from "../../../jobs/run.ts";
import { answers } from "../../support/answers.ts";
import { failure } from "../../support/errors.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { holdFiles, sumsOf } from "../../support/hard-links.ts";
import { runLocally } from "../../support/pipeline.ts";
import type { Row } from "../../support/rows.ts";
import { expectSameLakes } from "../../support/same-lakes.ts";
import { tinyFiles } from "../../support/tiny-source.ts";
import { askWarehouse } from "../../support/warehouse.ts";

interface Place {
  lake: string;
  /** Brings files into the lake, in a folder of that name. */
  bring: (name: string, files: Record<string, string>, how?: Partial<Options>) => Promise<Run>;
  ask: (sql: string) => Promise<Row[]>;
}

async function withLake(use: (place: Place) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const lake = path.join(folder, "lake");
    const bring: Place["bring"] = async (name, files, how = {}) => {
      const source = await writeFiles(path.join(folder, name), files);
      return runLocally({ sources: [source], lake, merge: true, ...how });
    };
    const ask = (sql: string): Promise<Row[]> =>
      askWarehouse(path.join(lake, "warehouse.duckdb"), sql);
    await use({ lake, bring, ask });
  });
}

const links = (...records: string[]): Record<string, string> => ({
  "links.csv": ["movieId,imdbId,tmdbId", ...records, ""].join("\n"),
});
const ratings = (...records: string[]): Record<string, string> => ({
  "ratings.csv": ["userId,movieId,rating,timestamp", ...records, ""].join("\n"),
});
const keywords = (...records: string[]): Record<string, string> => ({
  "keywords.csv": ["id,keywords", ...records, ""].join("\n"),
});

describe("a merge", () => {
  it("of an old delivery changes nothing that a newer one said", async () => {
    await withLake(async ({ bring, ask }) => {
      await bring("2024-02-01", links("10,1,1"));
      await bring("2024-01-01", links("10,9,9", "20,2,2"));
      expect(await ask("select movie_id, tmdb_id from core.movies order by all")).to.deep.equal([
        ["10", "1"],
        ["20", "2"],
      ]);
      await bring("2024-03-01", links("10,3,3"));
      expect(await ask("select tmdb_id from staging.links order by all")).to.deep.equal([
        ["2"],
        ["3"],
      ]);
    });
  });

  it("lets a newer keywords record take the place of all rows of its film", async () => {
    await withLake(async ({ bring, ask }) => {
      const [one, two] = [`{'id': 1, 'name': 'sea'}`, `{'id': 2, 'name': 'sun'}`];
      await bring("2024-01-01", keywords(`7,"[${one}, ${two}]"`, `8,"[${one}]"`, `9,"[${one}]"`));
      await bring("2024-02-01", keywords(`7,"[${two}]"`, "8,[]"));
      expect(
        await ask("select tmdb_id, keyword from staging.movie_keywords order by all"),
      ).to.deep.equal([
        ["7", "sun"],
        ["9", "sea"],
      ]);
    });
  });

  it("moves a rating to the month of the re-rating", async () => {
    await withLake(async ({ bring, ask }) => {
      // 2000-01-01 and, as user 1 comes to think otherwise, 2000-03-01.
      const january = ["1,10,4.0,946684800", "2,10,3.0,946684800"];
      const others = ["3,10,1.0,978307200", "4,10,1.0,978307200", "5,10,1.0,978307200"];
      await bring("2024-01-01", ratings(...january, ...others));
      const run = await bring("2024-02-01", ratings("1,10,5.0,951868800", "1,10,4.5,946684800"));
      expect(
        await ask(
          "select month, rating_count, average_rating from marts.average_rating_by_month where year = 2000 order by month",
        ),
      ).to.deep.equal([
        ["1", "1", "3.0"],
        ["3", "1", "5.0"],
      ]);
      expect(run.record.accounts.find(({ source }) => source === "ratings")).to.include({
        read: 2,
        kept: 1,
        superseded: 1,
      });
    });
  });

  it("of the same delivery again changes nothing", async () => {
    await withLake(async ({ lake, bring }) => {
      await bring("2024-01-01", tinyFiles, { merge: false });
      const before = await answers(lake);
      const { record } = await bring("2024-01-01", tinyFiles);
      expect(await answers(lake)).to.deep.equal(before);
      for (const { source, read, kept, superseded } of record.accounts) {
        expect({ kept, superseded }, source).to.deep.equal({ kept: 0, superseded: read });
      }
    });
  });

  it("of nothing but faulty records is refused, and of some quarantines them", async () => {
    await withLake(async ({ lake, bring, ask }) => {
      await bring("2024-01-01", tinyFiles);
      const before = await answers(lake);
      const error = await failure(bring("2024-02-01", ratings("x,10,4.0,1")), "input");
      expect(error.line).to.include("1 of 1 records cannot be read");
      expect(await answers(lake)).to.deep.equal(before);

      await bring("2024-03-01", ratings("x,10,4.0,1", "1,10,4.0,946684800"));
      expect(await answers(lake)).to.deep.equal(before);
      expect(await ask("select record from ops.quarantine")).to.deep.equal([["x,10,4.0,1"]]);
    });
  });

  it("takes a folder without a day for as old as it is told", async () => {
    await withLake(async ({ bring, ask }) => {
      const tmdbId = async (): Promise<unknown> =>
        (await ask("select tmdb_id from staging.links"))[0]?.[0];
      await bring("2024-02-01", links("10,1,1"));
      await bring("old", links("10,2,2"), { delivered: new Date("2024-01-31T23:59:59Z") });
      expect(await tmdbId()).to.equal("1");
      await bring("late", links("10,3,3"), { delivered: new Date("2024-02-01T00:00:01Z") });
      expect(await tmdbId()).to.equal("3");
      await bring("now", links("10,4,4"));
      expect(await tmdbId()).to.equal("4");
    });
  });

  it("of two deliveries of the same instant gives the same in either order", async () => {
    const same = { delivered: new Date("2024-01-01T00:00:00Z") };
    const [one, two] = [links("5,7,7", "10,1,1"), links("10,2,2")];
    const found: unknown[] = [];
    for (const order of [
      [one, two],
      [two, one],
    ]) {
      await withLake(async ({ bring, ask }) => {
        for (const [index, files] of order.entries()) await bring(`d${index}`, files, same);
        found.push(await ask("select movie_id, tmdb_id from staging.links order by all"));
      });
    }
    expect(found[0]).to.deep.equal(found[1]);
  });

  it("is refused by a lake whose staging was declared otherwise", async () => {
    await withLake(async ({ lake, bring }) => {
      await bring("2024-01-01", tinyFiles);
      const before = await answers(lake);
      const file = path.join(lake, "current", "lake.json");
      const state = await readFile(file, "utf8");
      await writeFile(file, state.replace(/("staging.movies": )"\w+"/, '$1"another"'));
      const error = await failure(bring("2024-02-01", links("10,1,1")), "lake");
      expect(error.line).to.include("staging.movies is declared otherwise");
      expect(await answers(lake)).to.deep.equal(before);
    });
  });

  it("makes anew a mart that was declared otherwise", async () => {
    await withLake(async ({ lake, bring }) => {
      await bring("2024-01-01", tinyFiles);
      const file = path.join(lake, "current", "lake.json");
      const state = await readFile(file, "utf8");
      const id = "marts.average_rating_by_user";
      await writeFile(file, state.replace(new RegExp(`("${id}": )"\\w+"`), '$1"another"'));
      const { record } = await bring("2024-02-01", links("10,1,1"));
      const made = record.made.filter(({ step }) => step === "transform");
      expect(made.map(({ table }) => table.id))
        .to.include(id)
        .and.not.to.include("marts.genre_by_year");
    });
  });

  it("into an empty lake is a run like any other", async () => {
    await withLake(async ({ lake, bring }) => {
      await bring("2024-01-01", tinyFiles);
      const other = `${lake}-full`;
      await bring("2024-01-01", tinyFiles, { lake: other, merge: false });
      await expectSameLakes(lake, other);
    });
  });

  it("leaves the files of the version that readers see as they are", async () => {
    await withLake(async ({ lake, bring }) => {
      await bring("2024-01-01", tinyFiles);
      const held = `${lake}-held`;
      await holdFiles(await realpath(path.join(lake, "current")), held);
      const before = await sumsOf(held);
      const films = tinyFiles["movies_metadata.csv"]!.replaceAll("One", "Another");
      const credits = tinyFiles["credits.csv"]!.replaceAll("'c1'", "'c9'");
      await bring("2024-02-01", {
        ...ratings("1,10,5.0,951868800"),
        "movies_metadata.csv": films,
        "credits.csv": credits,
      });
      expect(await sumsOf(held)).to.deep.equal(before);
      expect(Object.keys(before)).to.include("warehouse.duckdb");
    });
  });

  it("that was published can be gone on with from any step", async () => {
    await withLake(async ({ lake, bring }) => {
      await bring("2024-01-01", tinyFiles);
      // One rating of five: the tables of users are made anew for one user alone.
      await bring("2024-02-01", ratings("4,10,5.0,951868800"));
      const before = await answers(lake);
      for (const from of ["transform", "check", "publish"]) {
        const only = steps.map(({ name }) => name);
        const rest = only.slice(only.indexOf(from));
        await bring("2024-02-01", {}, { merge: false, only: rest });
        expect(await answers(lake), `from ${from}`).to.deep.equal(before);
      }
    });
  });

  it("that was cut short can be gone on with from any step", async () => {
    await withLake(async ({ lake, bring }) => {
      await bring("2024-01-01", tinyFiles);
      await bring("2024-02-01", ratings("4,10,5.0,951868800"), { lake, only: ["prepare"] });
      const run = (only: string[]): Promise<Run> => bring("2024-02-01", {}, { merge: false, only });
      await run(["transform"]);
      await run(["transform"]);
      await run(["check"]);
      await run(["publish"]);
      const other = `${lake}-full`;
      await bring("2024-01-01", tinyFiles, { lake: other, merge: false });
      await bring("2024-02-01", ratings("4,10,5.0,951868800"), { lake: other });
      await expectSameLakes(lake, other);
    });
  });
});
