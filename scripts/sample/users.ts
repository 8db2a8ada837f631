import type { Random } from "./random.ts";
import { mostRatingsOfUser, type Sizes } from "./sizes.ts";

/** MovieLens publishes users with at least 20 ratings; its largest files hold a few with less. */
const least = 20;
const spread = 1.36;

/**
 * How many ratings each user gives: most a few dozen, a few thousands, together as many as asked.
 */
export function activity(random: Random, { ratings, users, movies }: Sizes): Uint32Array {
  const most = mostRatingsOfUser(movies);
  const floor = Math.max(1, Math.min(least, Math.floor(ratings / users / 2)));
  const eager = Float64Array.from({ length: users }, () => random.logNormal(1, spread));
  const eagerness = eager.reduce((sum, share) => sum + share, 0);
  const spare = ratings - floor * users;
  const counts = Uint32Array.from(eager, (share) =>
    Math.min(most, floor + Math.floor((spare * share) / eagerness)),
  );

  // Rounding, and users who would rate too much, leave some ratings over: everybody takes one.
  let left = ratings - counts.reduce((sum, count) => sum + count, 0);
  for (let user = 0; left > 0; user = (user + 1) % users) {
    if ((counts[user] as number) >= most) continue;
    counts[user] = (counts[user] as number) + 1;
    left--;
  }
  return counts;
}

const opening = Date.UTC(1996, 0, 29) / 1000;
/** The first second after the last rating. */
export const closing = Date.UTC(2017, 6, 27) / 1000;
const day = 86_400;
const secondsPerRating = 12;

/** When one user sat down to rate: the beginnings in order, and how long each visit may last. */
export interface Visits {
  begins: readonly number[];
  seconds: number;
}

/** Half of the users come once; the others come back after days or years. */
export function visits(random: Random, ratings: number): Visits {
  const count = random.chance(0.5) ? 1 : 2 + random.below(4);
  const seconds = 60 + Math.ceil(ratings / count) * secondsPerRating;
  const latest = closing - seconds;
  let at = opening + random.below(latest - opening);
  const begins = Array.from({ length: count }, () => {
    const begin = at;
    at = Math.min(latest, at + Math.ceil(random.logNormal(20, 1.5) * day));
    return begin;
  });
  return { begins, seconds };
}

/** How much kinder than others a user is, in stars. */
export function kindness(random: Random): number {
  return 0.4 * random.normal();
}
