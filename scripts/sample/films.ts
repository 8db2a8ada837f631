import { lostMovies } from "./flaws.ts";
import { Random } from "./random.ts";
import type { Sizes } from "./sizes.ts";

/**
 * Where a film stands in the file of films (movies_metadata.csv, or that of MovieLens' titles): a
 * reader finds it (`listed`), its record is there but unreadable (`lost`), or there is none
 * (`unlisted`).
 */
export type Standing = "listed" | "lost" | "unlisted";

/** What all files have to agree on about one film. */
export interface Film {
  index: number;
  movieId: number;
  tmdbId: number;
  imdbNumber: number;
  /** 0 is the most popular film. */
  rank: number;
  /** The popularity itself, which Zipf's law makes very unequal: 1 for the most popular film. */
  fame: number;
  /** The share of films that are more popular: evenly from 0 to nearly 1. */
  obscurity: number;
  /** The stars that an average user gives. */
  quality: number;
  /** Day of release as YYYY-MM-DD, and the same as epoch seconds. */
  releaseDate: string;
  releasedAt: number;
  standing: Standing;
  /** Whether links.csv speaks of it. */
  linked: boolean;
}

const releasesByMonth = [9, 7, 8, 7, 8, 7, 7, 8, 11, 11, 8, 9];
const firstYear = 1915;
const lastYear = 2017;
const lastMonthOfLastYear = 7;

function release(random: Random): Date {
  // Half of the films are of this century. By hand: a power may round differently elsewhere.
  const distance = random.unit();
  const age = distance * (0.12 + 0.88 * distance * distance) * (lastYear - firstYear + 1);
  const year = lastYear - Math.floor(age);
  let month = 0;
  for (let left = random.below(100); left >= (releasesByMonth[month] as number); month++)
    left -= releasesByMonth[month] as number;
  if (year === lastYear) month %= lastMonthOfLastYear;
  return new Date(Date.UTC(year, month, 1 + random.below(28)));
}

/** How alike the most popular films are; it makes the top 1 % as strong as in MovieLens' files. */
export function headOfFame(films: number): number {
  return Math.min(30, Math.max(1, Math.floor(films / 100)));
}

/** A drawn number that was not drawn before. */
function unused(random: Random, limit: number, used: Set<number>): number {
  for (;;) {
    const number = 2 + random.below(limit);
    if (used.has(number)) continue;
    used.add(number);
    return number;
  }
}

/** All films that any file speaks of, in the order of their MovieLens id. */
export function makeFilms(seed: number, sizes: Sizes): Film[] {
  const random = new Random(seed, "films");
  const lost = lostMovies(sizes);
  const unlisted = 1 + Math.floor(sizes.movies / 200);
  const length = sizes.movies + lost + unlisted;
  const indexes = Array.from({ length }, (_, index) => index);

  const ranks = random.shuffled(indexes);
  const standings = new Map<number, Standing>();
  random
    .shuffled(indexes)
    .slice(0, lost + unlisted)
    .forEach((film, place) => standings.set(film, place < lost ? "lost" : "unlisted"));

  // Well-known films, so that there are ratings of them even in a small sample.
  const unlinkedRanks = new Set(
    Array.from({ length: 1 + Math.floor(sizes.movies / 10_000) }, (_, place) => 3 + 20 * place),
  );

  const head = headOfFame(length);
  const tmdbIds = new Set<number>();
  const imdbNumbers = new Set<number>();
  let movieId = 0;
  return indexes.map((index) => {
    // As in MovieLens, the early ids are dense and the later ones are not.
    movieId += 1 + (index < 0.4 * length ? Number(random.chance(0.05)) : random.below(6));
    const rank = ranks[index] as number;
    const released = release(random);
    return {
      index,
      movieId,
      tmdbId: tmdbIdUnlike(movieId, random, 10 * length + 500, tmdbIds),
      imdbNumber: unused(random, 6_000_000, imdbNumbers),
      rank,
      fame: head / (rank + head),
      obscurity: rank / length,
      quality: 3.25 + 0.45 * random.normal() + 0.35 * (1 - rank / length),
      releaseDate: released.toISOString().slice(0, 10),
      releasedAt: released.getTime() / 1000,
      standing: standings.get(index) ?? "listed",
      linked: !unlinkedRanks.has(rank),
    };
  });
}

/** The two ids of a film differ, so that whoever mixes them up is found out. */
function tmdbIdUnlike(movieId: number, random: Random, limit: number, used: Set<number>): number {
  const id = unused(random, limit, used);
  return id === movieId ? unused(random, limit, used) : id;
}
