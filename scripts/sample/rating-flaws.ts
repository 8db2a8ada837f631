import type { FlawOf } from "./flaws.ts";

/** One rating, in the words of the file. */
export interface Rating {
  user: string;
  movie: string;
  stars: string;
  at: number;
}

const write = ({ user, movie, stars, at }: Rating) => `${user},${movie},${stars},${at}`;

/** Other stars than these, on the grid. */
const otherStars = (stars: string) => (stars === "4.0" ? "3.0" : "4.0");

const records: Partial<Record<FlawOf<"ratings">, (rating: Rating) => string>> = {
  ratingZero: (rating) => write({ ...rating, stars: "0.0" }),
  ratingAboveFive: (rating) => write({ ...rating, stars: "5.5" }),
  ratingOffTheGrid: (rating) => write({ ...rating, stars: "3.7" }),
  userIdNotANumber: (rating) => write({ ...rating, user: `u${rating.user}` }),
  timestampNegative: (rating) => write({ ...rating, at: -rating.at }),
  timestampInTheFuture: (rating) => write({ ...rating, at: Date.UTC(2100, 0, 1) / 1000 }),
  fieldMissing: ({ user, movie, stars }) => `${user},${movie},${stars}`,
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
