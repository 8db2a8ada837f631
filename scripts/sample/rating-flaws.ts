import type { FlawOf } from "./flaws.ts";
import type { RatingForm } from "./rating-forms.ts";

/** One rating; the user may be what no user is called. */
export interface Rating {
  user: number | string;
  movieId: number;
  stars: number;
  at: number;
}

/** Other stars than these, on the grid. */
const otherStars = (stars: number) => (stars === 4 ? 3 : 4);

/** How the flawed record differs from the sound one of the same user and movie. */
const changes: Partial<Record<FlawOf<"ratings">, (rating: Rating) => Partial<Rating>>> = {
  ratingZero: () => ({ stars: 0 }),
  ratingAboveFive: () => ({ stars: 5.5 }),
  ratingOffTheGrid: () => ({ stars: 3.7 }),
  userIdNotANumber: ({ user }) => ({ user: `u${user}` }),
  timestampNegative: ({ at }) => ({ at: -at }),
  timestampInTheFuture: () => ({ at: Date.UTC(2100, 0, 1) / 1000 }),
  fieldMissing: () => ({}),
  fieldTooMany: () => ({}),
  ratedAgainLater: ({ stars, at }) => ({ stars: otherStars(stars), at: at + 3600 }),
  ratedBeforehand: ({ stars, at }) => ({ stars: otherStars(stars), at: at - 3600 }),
  ratedTwiceInASecond: ({ stars }) => ({ stars: otherStars(stars) }),
  exactCopy: () => ({}),
};

/** The flawed record that stands after a sound rating of the same user and movie. */
export function flawedRating(
  rating: Rating,
  flaw: FlawOf<"ratings">,
  { separator, wholeStars }: RatingForm,
): string {
  const change = changes[flaw];
  if (change === undefined) throw new Error(`no record for the flaw ${flaw}`);
  const { user, movieId, stars, at } = { ...rating, ...change(rating) };
  const fields = [user, movieId, wholeStars ? stars : stars.toFixed(1), at];
  if (flaw === "fieldMissing") fields.pop();
  if (flaw === "fieldTooMany") fields.push("again");
  return fields.join(separator);
}
