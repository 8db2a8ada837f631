import { MarqueeError } from "../../errors.ts";
import type { LayoutName } from "./layouts.ts";

/** What a person asks for; whatever is missing follows from the number of ratings. */
export interface SampleOptions {
  /** How many ratings a reader keeps; faults and copies come on top. */
  ratings?: number | undefined;
  users?: number | undefined;
  /** How many films of the file of films a reader keeps; faults and copies come on top. */
  movies?: number | undefined;
  seed?: number | undefined;
  /** Whose files they look like: kaggle's if nothing is said. */
  layout?: LayoutName | undefined;
}

/** The sizes that all generators share, complete and possible. */
export interface Sizes {
  ratings: number;
  users: number;
  movies: number;
}

/** The two published sizes of MovieLens lie at 100,000 and 26,000,000; between them, a straight line. */
const published = [
  { ratings: 0, users: 10, movies: 250 },
  { ratings: 10_000, users: 80, movies: 1_200 },
  { ratings: 100_000, users: 700, movies: 4_000 },
  { ratings: 1_000_000, users: 8_000, movies: 12_000 },
  { ratings: 26_000_000, users: 270_000, movies: 45_000 },
] as const;

function usual(of: "users" | "movies", ratings: number): number {
  const after = published.findIndex((size, index) => index > 0 && ratings <= size.ratings);
  const [from, to] = published.slice(after < 0 ? -2 : after - 1) as [Sizes, Sizes];
  const share = (ratings - from.ratings) / (to.ratings - from.ratings);
  return Math.round(from[of] + share * (to[of] - from[of]));
}

/** Nobody rates more than half of the films: a fuller shelf would leave nothing to choose. */
export function mostRatingsOfUser(movies: number): number {
  return Math.floor(movies / 2);
}

function whole(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new MarqueeError({
    reason: "usage",
    what: `--${option} ${value} is not a whole number from ${least} to ${most}`,
    next: `Give --${option} within these bounds`,
  });
}

/**
 * Fills in and checks what was asked for.
 *
 * @throws MarqueeError when a number is out of bounds, or the users cannot give so many ratings
 */
export function sampleSizes(options: SampleOptions): Sizes & { seed: number } {
  const seed = whole("seed", options.seed ?? 1, 0, 0xffff_ffff);
  const ratings = whole("ratings", options.ratings ?? 100_000, 500, 1_000_000_000);
  const movies = whole("movies", options.movies ?? usual("movies", ratings), 50, 1_000_000);
  // With few films each user has fewer to rate, so it takes more users.
  const needed = Math.ceil((4 * ratings) / movies);
  const ordinary = Math.max(usual("users", ratings), needed);
  const users = whole("users", options.users ?? ordinary, 2, ratings);

  const possible = users * mostRatingsOfUser(movies);
  if (ratings > possible)
    throw new MarqueeError({
      reason: "usage",
      what: `${users} users cannot give ${ratings} ratings to ${movies} movies: ${possible} is the most, half of the movies each`,
      next: "Give more --users, more --movies or fewer --ratings",
    });
  return { seed, ratings, users, movies };
}
