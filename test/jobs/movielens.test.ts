import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";

import { expect } from "chai";

import type { Run } from "../../jobs/run.ts";
import { type SampleAccount, writeSample } from "../../scripts/sample/index.ts";
import { flagNames, type LayoutName, layouts, reading } from "../scripts/sample-reading.ts";
import { withFolder } from "../support/folder.ts";
import { runLocally } from "../support/pipeline.ts";
import { expectSameRows, type Row } from "../support/rows.ts";
import { askAll } from "../support/warehouse.ts";

/** What MovieLens says of a film, by the catalogue's rules. */
interface FilmFacts {
  title: string;
  year: string | null;
  genres: string | null;
}

/** The films of a file of titles, read without the pipeline: the first record of a film stays. */
async function filmsOf(folder: string, layout: LayoutName): Promise<Map<string, FilmFacts>> {
  const [name, read] = reading[layout].titles;
  const films = new Map<string, FilmFacts>();
  for (const { id, title, genres } of read(await readFile(path.join(folder, name)))) {
    if (!/^\d+$/.test(id) || genres === undefined || films.has(id)) continue;
    const year = /\((\d{4})\)$/.exec(title)?.[1] ?? null;
    films.set(id, {
      title: year === null ? title : title.slice(0, -6).trim(),
      year,
      genres: genres === "(no genres listed)" ? null : genres,
    });
  }
  return films;
}

interface Rating {
  user: number;
  movie: number;
  stars: number;
  second: number;
}

/** A line of ratings.dat, or undefined where it belongs into quarantine. */
function ratingOf(line: string, latest: number): Rating | undefined {
  const fields = line.split("::");
  if (fields.length !== 4 || fields.some((field) => !/^\d+(\.\d+)?$/.test(field))) return undefined;
  const [user, movie, stars, second] = fields.map(Number) as [number, number, number, number];
  const isWhole = [user, movie, 2 * stars, second].every(Number.isInteger);
  const isInRange = user > 0 && movie > 0 && stars >= 0.5 && stars <= 5 && second <= latest;
  return isWhole && isInRange ? { user, movie, stars, second } : undefined;
}

/**
 * By user and movie the rating that counts: the latest one, then the higher one. And the numbers of
 * the lines that belong into quarantine.
 */
async function ratingsOf(file: string, latest: number) {
  const users = new Map<number, Map<number, Rating>>();
  const refused: number[] = [];
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    number++;
    const rating = ratingOf(line, latest);
    if (rating === undefined) {
      refused.push(number);
      continue;
    }
    const movies = users.get(rating.user) ?? new Map<number, Rating>();
    users.set(rating.user, movies);
    const other = movies.get(rating.movie);
    const counts =
      other === undefined ||
      rating.second > other.second ||
      (rating.second === other.second && rating.stars > other.stars);
    if (counts) movies.set(rating.movie, rating);
  }
  return { users, refused };
}

const sourcesOf: Record<LayoutName, string[]> = {
  "ml-latest": ["links", "ratings", "titles"],
  "ml-1m": ["ratings", "titles"],
  "ml-100k": ["ratings", "titles"],
};
const oldGenres = flagNames.split("|").slice(1);
const genresOf: Record<LayoutName, string[]> = {
  "ml-latest": [...oldGenres.map((name) => name.replace("Children's", "Children")), "IMAX"],
  "ml-1m": oldGenres,
  "ml-100k": [...oldGenres, "unknown"],
};
const martsOfTmdb = [
  "box_office_by_month",
  "box_office_by_season",
  "company_by_year",
  "company_genre_releases",
  "genre_by_year",
  "genre_earnings",
  "most_popular_genre_by_year",
].map((name) => `marts.${name}`);

/** What became of the records of the sources that were there. */
function found({ record }: Run) {
  return record.accounts
    .filter(({ read }) => read > 0)
    .map(({ source, read, kept, superseded }) => ({
      source,
      read,
      kept,
      superseded,
      numbers: record.quarantined
        .filter((faults) => faults.source === source)
        .flatMap(({ records }) => records.map(({ recordNumber }) => recordNumber)),
    }));
}

function planned(account: SampleAccount) {
  return Object.entries(account).map(([source, { records, kept, superseded, quarantine }]) => ({
    source,
    read: records,
    kept,
    superseded,
    numbers: quarantine.map(({ record }) => record),
  }));
}

describe("a run over synthetic files of MovieLens", () => {
  for (const layout of layouts)
    it(`answers from ${layout} what it can, and says what it cannot`, async () => {
      await withFolder(async (folder) => {
        const source = path.join(folder, "in");
        const account = await writeSample(source, { ratings: 20_000, layout });
        const lake = path.join(folder, "lake");
        const run = await runLocally({ sources: [source], lake });

        expect(Object.keys(account).sort()).to.deep.equal(sourcesOf[layout]);
        expect(found(run)).to.have.deep.members(planned(account));
        const { quarantined } = account.titles!;
        expect([account.ratings!.quarantined, quarantined]).to.deep.equal([8, 6]);

        const [genres, titles, synthetic, ...empty] = await askAll(
          path.join(lake, "warehouse.duckdb"),
          [
            "select genre from marts.genre_popularity where rating_count > 0",
            "select movie_id, title, release_year, genres from staging.titles",
            "select synthetic from ops.runs",
            ...martsOfTmdb.map((mart) => `from ${mart}`),
          ],
        );
        expect(genres!.flat()).to.have.members(genresOf[layout]);
        expect(synthetic).to.deep.equal([["true"]]);
        for (const [index, mart] of martsOfTmdb.entries()) expect(empty[index], mart).to.be.empty;

        const films = await filmsOf(source, layout);
        const expected = [...films].map(([id, { title, year, genres: names }]) => [
          id,
          title,
          year,
          names,
        ]);
        expectSameRows(titles!, expected, ["BIGINT", "STRING", "BIGINT", "STRING"]);
        expect(expected.filter(([, title]) => title!.includes("é"))).to.have.length.above(50);

        const emptyByRemarks = run.record.remarks.flatMap((remark) => {
          const [, tables = ""] = /^without [^:]+: ([^;]*) (?:is|are) empty/.exec(remark) ?? [];
          return tables.split(", ");
        });
        expect(emptyByRemarks).to.include.members(martsOfTmdb);
        expect(emptyByRemarks).not.to.include("marts.genre_popularity");
      });
    });
});

describe("a million ratings in the layout of ml-1m", () => {
  it("give each film's figures and each user's best as plain JavaScript finds them", async () => {
    await withFolder(async (folder) => {
      const source = path.join(folder, "in");
      const sizes = { ratings: 1_000_000, users: 6_000, movies: 4_000, seed: 3 };
      await writeSample(source, { ...sizes, layout: "ml-1m" });
      const lake = path.join(folder, "lake");
      const run = await runLocally({ sources: [source], lake });
      const [stats, best] = await askAll(path.join(lake, "warehouse.duckdb"), [
        `select movie_id, tmdb_id, title, rating_count, min_rating, max_rating, average_rating
         from marts.movie_rating_stats where rating_count > 0`,
        `select user_id, rank, movie_id, title, rating, cast(epoch(rated_at) as bigint)
         from marts.top_movies_by_user`,
      ]);

      const latest = run.startedAt.getTime() / 1000;
      const { users, refused } = await ratingsOf(path.join(source, "ratings.dat"), latest);
      expect(found(run).find(({ source: name }) => name === "ratings")?.numbers)
        .to.deep.equal(refused)
        .and.to.have.length(8);
      const films = await filmsOf(source, "ml-1m");
      const titleOf = (movie: number) => films.get(String(movie))?.title ?? null;

      const starsOf = new Map<number, number[]>();
      for (const movies of users.values())
        for (const { movie, stars } of movies.values()) {
          const others = starsOf.get(movie);
          if (others === undefined) starsOf.set(movie, [stars]);
          else others.push(stars);
        }
      const expectedStats = [...starsOf].map(([movie, stars]): Row => {
        const sum = stars.reduce((total, given) => total + given, 0);
        const [least, most] = [Math.min(...stars), Math.max(...stars)];
        const figures = [stars.length, least, most, sum / stars.length].map(String);
        return [String(movie), null, titleOf(movie), ...figures];
      });
      const [whole, text, double] = ["BIGINT", "STRING", "DOUBLE"];
      expect([...starsOf.values()].flat()).to.have.length(sizes.ratings);
      expectSameRows(stats!, expectedStats, [whole, whole, text, whole, double, double, double]);

      const expectedBest = [...users].flatMap(([user, movies]) =>
        [...movies.values()]
          .sort((a, b) => b.stars - a.stars || b.second - a.second || a.movie - b.movie)
          .slice(0, 3)
          .map(({ movie, stars, second }, index): Row => {
            const title = titleOf(movie);
            return [`${user}`, `${index + 1}`, `${movie}`, title, `${stars}`, `${second}`];
          }),
      );
      expect(expectedBest).to.have.length(3 * sizes.users);
      expectSameRows(best!, expectedBest, [whole, whole, whole, text, double, whole]);
    });
  });
});
