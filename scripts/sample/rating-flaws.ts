import type { FlawOf } from "./flaws.ts";

/** One rating; the user may be what no user is called. */
export interface Rating {
  user: number | string;
  movieId: number;
  stars: number;
  at: number;
}

const write = ({ user, movieId, stars, at }: Rating) =>
  `${user},${movieId},${stars.toFixed(1)},${at}`;

/** Other stars than these, on the grid. */
const otherStars = (stars: number) => (stars === 4 ? 3 : 4);

const records: Partial<Record<FlawOf<"ratings">, (rating: Rating) => string>> = {
  ratingZero: (rating) => write({ ...rating, stars: 0 }),
  ratingAboveFive: (rating) => write({ ...rating, stars: 5.5 }),
  ratingOffTheGrid: (rating) => write({ ...rating, stars: 3.7 }),
  userIdNotANumber: (rating) => write({ ...rating, user: `u${rating.user}` }),
  timestampNegative: (rating) => write({ ...rating, at: -rating.at }),
  timestampInTheFuture: (rating) => write({ ...rating, at: Date.UTC(2100, 0, 1) / 1000 }),
  fieldMissing: (rating) => write(rating).replace(/,\d+$/, ""),
  fieldTooMany: (rating) => `${write(rating)},again`,
  ratedAgainLater: (rating) =>
    write({ ...rating, stars: otherStars(rating.stars), at: rating.at + 3600 }),
  ratedBeforehand: (rating) =>
    write({ ...rating, stars: otherStars(rating.stars), at: rating.at - 3600 }),
  ratedTwiceInASecond: (rating) => write({ ...rating, stars: otherStars(rating.stars) }),
  exactCopy: write,
};

/** The flawed record that stands after a sound rating of the same user and movie. */
export function flawedRating(rating: Rating, flaw: FlawOf<"ratings">): string {
  const record = records[flaw];
  if (record === undefined) throw new Error(`no record for the flaw ${flaw}`);
  return record(rating);
}
