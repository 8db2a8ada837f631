import { Tally } from "./account.ts";
import type { FileText } from "./csv.ts";
import { headOfFame, type Film } from "./films.ts";
import { planFlaws, type FlawOf } from "./flaws.ts";
import { filmsWithoutLink } from "./links.ts";
import { Random } from "./random.ts";
import { flawedRating } from "./rating-flaws.ts";
import { RatingLines } from "./rating-lines.ts";
import { Shelf } from "./shelf.ts";
import type { Sizes } from "./sizes.ts";
import { activity, kindness, visits } from "./users.ts";

/** MovieLens takes half stars since this day. */
const halfStarsSince = Date.UTC(2003, 1, 18) / 1000;

/** What users feel beyond a film's quality, in stars: about normal, from one number's four bytes. */
function mood(random: Random): number {
  const word = random.word();
  const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
  return ((sum - 510) / 148) * 0.9;
}

/** A rating in half stars, on the grid that there was at the time; whole stars are favoured. */
function halfStars(liking: number, at: number, random: Random): number {
  const inHalves = at >= halfStarsSince && random.chance(0.65);
  const halves = inHalves ? Math.round(liking * 2) : 2 * Math.round(liking);
  return Math.min(10, Math.max(inHalves ? 1 : 2, halves));
}

/**
 * The text of ratings.csv, user by user; nothing outlives its user, so memory stays flat. Flawed
 * records stand among the sound ones of their user, at ratings drawn by number.
 */
export function* ratingsText(films: readonly Film[], sizes: Sizes, seed: number): FileText {
  const tally = new Tally("ratings");
  const random = new Random(seed, "ratings");
  const counts = activity(random, sizes);
  const plan = planRatings(sizes, seed);
  let next = plan.pop();
  const shelf = new Shelf(films, headOfFame(films.length));
  const withoutLink = filmsWithoutLink(films, sizes, seed);

  const lines = new RatingLines();
  lines.text("userId,movieId,rating,timestamp");
  let sound = 0;
  let soundWithoutLink = 0;
  for (let user = 1; user <= sizes.users; user++) {
    const count = counts[user - 1] as number;
    const { begins, seconds } = visits(random, count);
    const last = begins.at(-1) as number;
    const kind = kindness(random);

    for (const film of shelf.choose(random, user, count, last)) {
      const begin = begins[random.below(begins.length)] as number;
      const since = random.below(seconds);
      // Who rated on several days saw a new film on the last of them.
      const at = (begin < shelf.releasedAt(film) ? last : begin) + since;
      const liking = shelf.quality(film) + kind + mood(random);
      const stars = halfStars(liking, at, random);
      const movieId = shelf.movieId(film);
      lines.rating(user, movieId, stars, at);
      tally.sound();
      sound++;
      soundWithoutLink += withoutLink[film] as number;
      if (sound === next?.after) {
        lines.text(flawedRating({ user, movieId, stars: stars / 2, at }, next.flaw));
        tally.record([next.flaw]);
        next = plan.pop();
      }
      if (lines.isFull) yield lines.take();
    }
  }
  tally.note("movieNotInLinks", soundWithoutLink);
  yield lines.take();
  return tally.account();
}

interface PlannedFlaw {
  /** The number of the sound rating, from 1, after which the flawed record stands. */
  after: number;
  flaw: FlawOf<"ratings">;
}

/** The flawed records, the last one first. */
function planRatings(sizes: Sizes, seed: number): PlannedFlaw[] {
  const random = new Random(seed, "rating flaws");
  // More candidates than flaws; all ratings would be a long list.
  const length = 1_000 + Math.floor(sizes.ratings / 10_000);
  const candidates = Array.from({ length }, () => 1 + random.below(sizes.ratings));
  const plan = planFlaws("ratings", sizes, random, () => [...new Set(candidates)]);
  return Array.from(plan, ([after, flaw]) => ({ after, flaw })).sort(
    (one, other) => other.after - one.after,
  );
}
