import { Tally } from "./account.ts";
import type { FileText } from "./csv.ts";
import { headOfFame, type Film } from "./films.ts";
import { flawsOf, planFlaws, type FlawOf } from "./flaws.ts";
import type { LayoutName } from "./layouts.ts";
import { filmsWithoutLink } from "./links.ts";
import { Random } from "./random.ts";
import { flawedRating } from "./rating-flaws.ts";
import type { RatingForm } from "./rating-forms.ts";
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
function halfStars(liking: number, at: number, wholeStars: boolean, random: Random): number {
  const inHalves = !wholeStars && at >= halfStarsSince && random.chance(0.65);
  const halves = inHalves ? Math.round(liking * 2) : 2 * Math.round(liking);
  return Math.min(10, Math.max(inHalves ? 1 : 2, halves));
}

/**
 * The text of a file of ratings, user by user; nothing outlives its user, so memory stays flat. Flawed
 * records stand among the sound ones of their user, at ratings drawn by number.
 */
export function* ratingsText(
  films: readonly Film[],
  sizes: Sizes,
  seed: number,
  form: RatingForm,
): FileText {
  const tally = new Tally("ratings", form.layout);
  const random = new Random(seed, "ratings");
  const counts = activity(random, sizes);
  const plan = planRatings(sizes, seed, form.layout);
  let next = plan.pop();
  const shelf = new Shelf(films, headOfFame(films.length));

  const lines = new RatingLines(form);
  if (form.header !== undefined) lines.text(form.header);
  let sound = 0;
  const soundOfFilm = new Uint32Array(films.length);
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
      const stars = halfStars(liking, at, form.wholeStars, random);
      const movieId = shelf.movieId(film);
      lines.rating(user, movieId, stars, at);
      tally.sound();
      sound++;
      soundOfFilm[film] = (soundOfFilm[film] as number) + 1;
      if (sound === next?.after) {
        lines.text(flawedRating({ user, movieId, stars: stars / 2, at }, next.flaw, form));
        tally.record([next.flaw]);
        next = plan.pop();
      }
      if (lines.isFull) yield lines.take();
    }
  }
  const unknownTo = unknownFilms(films, sizes, seed);
  for (const [flaw] of flawsOf("ratings", form.layout)) {
    const isUnknown = unknownTo[flaw];
    if (isUnknown === undefined) continue;
    const records = soundOfFilm.reduce(
      (sum, count, film) => sum + count * (isUnknown[film] as number),
      0,
    );
    tally.note(flaw, records);
  }
  yield lines.take();
  return tally.account();
}

/** Which films (1) another file does not know, by the flaw that their ratings have then. */
function unknownFilms(
  films: readonly Film[],
  sizes: Sizes,
  seed: number,
): Partial<Record<FlawOf<"ratings">, Uint8Array>> {
  return {
    movieNotInLinks: filmsWithoutLink(films, sizes, seed),
    movieNotInTitles: Uint8Array.from(films, ({ standing }) => Number(standing !== "listed")),
  };
}

interface PlannedFlaw {
  /** The number of the sound rating, from 1, after which the flawed record stands. */
  after: number;
  flaw: FlawOf<"ratings">;
}

/** The flawed records, the last one first. */
function planRatings(sizes: Sizes, seed: number, layout: LayoutName): PlannedFlaw[] {
  const random = new Random(seed, "rating flaws");
  // More candidates than flaws; all ratings would be a long list.
  const length = 1_000 + Math.floor(sizes.ratings / 10_000);
  const candidates = Array.from({ length }, () => 1 + random.below(sizes.ratings));
  const plan = planFlaws("ratings", sizes, random, () => [...new Set(candidates)], layout);
  return Array.from(plan, ([after, flaw]) => ({ after, flaw })).sort(
    (one, other) => other.after - one.after,
  );
}
