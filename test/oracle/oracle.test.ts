import { spawnSync } from "node:child_process";
import path from "node:path";

import { expect } from "chai";

import { writeSample } from "../../scripts/sample/index.ts";
import { withFolder, writeFiles } from "../support/folder.ts";
import { fred, moviesDataset, needRealData } from "../support/real-data.ts";
import { type Agreement, expectAgreement } from "./agreement.ts";
import { kaggle } from "./kaggle.ts";
import { movieLens100k, movieLens1m, movieLensCsv } from "./movielens.ts";

/**
 * Every table on the real files equals a calculation made another way: oracle.py, written in plain
 * Python from the catalogue's rules alone, without a database and without this code.
 */
describe("the oracle in Python", () => {
  before(function () {
    if (spawnSync("python3", ["--version"]).status === 0) return;
    process.stderr.write(
      "\n    NOT TESTED: every table against Python. There is no python3 here.\n",
    );
    this.skip();
  });

  for (const small of [true, false]) {
    it(`agrees with every table on the ${small ? "small" : "large"} editions`, async function () {
      needRealData(this, "every table of the real files against an independent calculation");
      await withFolder((folder) => expectAgreement(folder, [moviesDataset, fred], small));
    });
  }

  it("agrees with every table on synthetic data with all of its flaws", async () => {
    await withFolder(async (folder) => {
      const sample = path.join(folder, "sample");
      await writeSample(sample, { ratings: 20_000, movies: 800, seed: 7 });
      await expectAgreement(folder, [sample]);
    });
  });

  const movieLens = {
    "staging.titles with é": 30,
    "staging.titles with ::": 3,
    "titles superseded": 5,
    "titles field_count": 3,
    "titles missing_value": 1,
    "titles not_a_whole_number": 3,
    "titles out_of_range": 2,
    "ratings superseded": 50,
    "ratings field_count": 4,
    "ratings missing_value": 3,
    "ratings not_a_number": 1,
    "ratings not_a_whole_number": 3,
    "ratings not_accepted": 3,
    "ratings out_of_range": 4,
    "marts.genre_popularity": 10,
    "marts.highest_rated_movies": 5,
    "marts.top_movies_by_user": 50,
  };
  const layouts = {
    "MovieLens' CSVs": () => movieLensCsv(1, { end: "\r\n" }),
    "ml-1m in Latin-1": () => movieLens1m(2, "latin1"),
    "ml-100k in Latin-1": () => movieLens100k(3, "latin1"),
  };
  for (const [layout, files] of Object.entries(layouts)) {
    it(`agrees with every table on ${layout}`, async () => {
      await withFolder(async (folder) => {
        const source = await writeFiles(path.join(folder, "files"), files());
        const agreement = await expectAgreement(folder, [source]);
        expectAtLeast(agreement, movieLens);
      });
    });
  }

  it("agrees that whatever is not UTF-8 is Latin-1, which has a letter for every byte", async () => {
    await withFolder(async (folder) => {
      const source = await writeFiles(path.join(folder, "files"), {
        "movies.dat": Buffer.from("1::It\x92s caf\xe9 (1999)::Drama\n", "latin1"),
        "ratings.dat": "1::1::4::1000\n",
      });
      const { rows } = await expectAgreement(folder, [source]);
      expect(rows("staging.titles")).to.deep.equal([["1", "It\x92s café", "1999", "Drama"]]);
    });
  });

  it("agrees with every table on deliveries that change their layout", async () => {
    await withFolder(async (folder) => {
      const source = await writeDeliveries(folder, {
        "20200131": movieLensCsv(4, {}, 21),
        "2020-02-29": movieLens100k(5, "utf8"),
        "2019-12-31": movieLens1m(6, "utf8", 41),
      });
      const agreement = await expectAgreement(folder, [source]);
      expectAtLeast(agreement, {
        ...movieLens,
        "titles not_accepted": 2,
        "titles superseded": 100,
      });
    });
  });

  describe("on deliveries of Kaggle's files", () => {
    const deliveries = {
      "20240229": kaggle(8, 2, { month: "observation_date", end: "\r\n" }),
      "2024-03-31": without(kaggle(8, 3, { month: "Date", finalEnd: false }), "links.csv"),
      "2024-01-31": kaggle(8, 1, { month: "DATE" }),
    };
    const floors = {
      "staging.movies with é": 30,
      "ratings superseded": 80,
      "ratings field_count": 2,
      "ratings not_accepted": 2,
      "ratings out_of_range": 2,
      "movies superseded": 50,
      "movies field_count": 1,
      "movies not_a_boolean": 1,
      "movies not_a_date": 1,
      "movies not_a_literal": 1,
      "movies not_a_number": 1,
      "movies not_a_whole_number": 1,
      "movies out_of_range": 1,
      "links superseded": 40,
      "links not_a_whole_number": 3,
      "links out_of_range": 3,
      "keywords superseded": 50,
      "keywords field_count": 1,
      "keywords missing_value": 1,
      "keywords not_a_literal": 5,
      "credits superseded": 40,
      "credits field_count": 1,
      "credits not_a_literal": 5,
      "cpi superseded": 20,
      "cpi not_a_date": 2,
      "cpi not_a_number": 2,
      "marts.box_office_by_month": 15,
      "marts.genre_earnings": 5,
      "marts.genre_popularity": 5,
      "marts.highest_rated_movies": 5,
    };

    it("agrees with every table on a folder of them", async () => {
      await withFolder(async (folder) => {
        const source = await writeDeliveries(folder, deliveries);
        expectAtLeast(await expectAgreement(folder, [source]), floors);
      });
    });

    it("agrees with every table on some of them and a folder without a day", async () => {
      await withFolder(async (folder) => {
        const source = await writeDeliveries(folder, deliveries);
        const newest = without(kaggle(8, 4, { month: "Date" }), "ratings.csv", "credits.csv");
        const undated = await writeFiles(path.join(folder, "newest"), newest);
        const dated = ["2024-03-31", "20240229"].map((day) => path.join(source, day));
        expectAtLeast(await expectAgreement(folder, [undated, ...dated]), floors);
      });
    });
  });
});

/** A delivery that lacks some of its files. */
function without(files: Record<string, Buffer>, ...names: string[]): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
}

/** Writes each delivery into a folder of its own beside the others. */
async function writeDeliveries(
  folder: string,
  deliveries: Record<string, Record<string, Buffer>>,
): Promise<string> {
  const source = path.join(folder, "deliveries");
  for (const [day, files] of Object.entries(deliveries)) {
    await writeFiles(path.join(source, day), files);
  }
  return source;
}

/** Whoever agrees must have had something to disagree about: what there was, and how much at least. */
function expectAtLeast(agreement: Agreement, floors: Record<string, number>): void {
  const counts = countsOf(agreement);
  for (const [what, floor] of Object.entries(floors)) {
    expect(counts.get(what) ?? 0, what).to.be.at.least(floor);
  }
}

/** Rows of each table, those with an é or `::` in it, copies and faults of each source. */
function countsOf({ facts, rows }: Agreement): Map<string, number> {
  const counts = new Map(Object.entries(facts.tables));
  for (const table of ["staging.titles", "staging.movies"]) {
    for (const text of ["é", "::"]) {
      const holding = rows(table).filter((row) => row.some((value) => value?.includes(text)));
      counts.set(`${table} with ${text}`, holding.length);
    }
  }
  for (const [source, { superseded, quarantine }] of Object.entries(facts.sources)) {
    counts.set(`${source} superseded`, superseded);
    for (const { reason_code } of quarantine) {
      const what = `${source} ${reason_code}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
  }
  return counts;
}
