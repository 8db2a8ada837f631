import type { LayoutName } from "./layouts.ts";
import type { Random } from "./random.ts";
import type { Sizes } from "./sizes.ts";

/** What a reader does with a record: it keeps it, keeps another of the same key, or refuses it. */
export type Fate = "kept" | "superseded" | "quarantined";

interface Flaw {
  fate: Fate;
  /** How many films (of ratings: ratings) get this flaw on purpose. */
  count: (sizes: Sizes) => number;
  /** The layouts that can have it; all of them where nothing is said. */
  only?: readonly LayoutName[];
}

const one = () => 1;
const oneAndOnePer = (movies: number) => (sizes: Sizes) => 1 + Math.floor(sizes.movies / movies);
const oneAndOnePerRatings = (ratings: number) => (sizes: Sizes) =>
  1 + Math.floor(sizes.ratings / ratings);
/** Not planned: drawn film by film, and counted where it falls. */
const byChance = () => 0;

const kept = (count: Flaw["count"]): Flaw => ({ fate: "kept", count });
const keptIn = (only: readonly LayoutName[], count: Flaw["count"]): Flaw => ({
  fate: "kept",
  count,
  only,
});
const superseded = (count: Flaw["count"]): Flaw => ({ fate: "superseded", count });
const quarantined = (count: Flaw["count"]): Flaw => ({ fate: "quarantined", count });

const movieLens = ["ml-latest", "ml-1m", "ml-100k"] as const;

/** Every flaw of the sample, by source: what becomes of the record, and how many there are. */
export const flaws = {
  ratings: {
    ratingZero: quarantined(oneAndOnePerRatings(2_000_000)),
    ratingAboveFive: quarantined(oneAndOnePerRatings(2_000_000)),
    ratingOffTheGrid: quarantined(oneAndOnePerRatings(2_000_000)),
    userIdNotANumber: quarantined(oneAndOnePerRatings(2_000_000)),
    timestampNegative: quarantined(oneAndOnePerRatings(2_000_000)),
    timestampInTheFuture: quarantined(oneAndOnePerRatings(2_000_000)),
    fieldMissing: quarantined(oneAndOnePerRatings(2_000_000)),
    fieldTooMany: quarantined(oneAndOnePerRatings(2_000_000)),
    ratedAgainLater: superseded(oneAndOnePerRatings(100_000)),
    ratedBeforehand: superseded(oneAndOnePerRatings(100_000)),
    ratedTwiceInASecond: superseded(oneAndOnePerRatings(100_000)),
    exactCopy: superseded(oneAndOnePerRatings(100_000)),
    movieNotInLinks: keptIn(["kaggle", "ml-latest"], byChance),
    movieNotInTitles: keptIn(movieLens, byChance),
  },
  movies: {
    /** The overview holds a line end that is not quoted: one film, two records of wrong length. */
    brokenInTwo: quarantined(({ movies }) => (movies < 300 ? 1 : 3)),
    idIsADate: quarantined(one),
    literalCutOff: quarantined(one),
    budgetIsAPath: quarantined(one),
    exactCopy: superseded(oneAndOnePer(2_000)),
    copyWithMoreVotes: superseded(oneAndOnePer(2_000)),
    copyWithLessPopularity: superseded(oneAndOnePer(4_000)),
    copyWithoutPopularity: superseded(oneAndOnePer(20_000)),
    imdbIdZero: kept(oneAndOnePer(5_000)),
    imdbIdEmpty: kept(oneAndOnePer(1_000)),
    releaseDateEmpty: kept(oneAndOnePer(500)),
    runtimeEmpty: kept(oneAndOnePer(500)),
    statusEmpty: kept(oneAndOnePer(1_000)),
    noGenre: kept(oneAndOnePer(100)),
    spaceAroundCompany: kept(oneAndOnePer(5_000)),
    numberWithExponent: kept(oneAndOnePer(5_000)),
    numberWithPoint: kept(oneAndOnePer(5_000)),
    lowerCaseBoolean: kept(oneAndOnePer(5_000)),
    lineEndInOverview: kept(oneAndOnePer(500)),
    budgetZero: kept(byChance),
    revenueZero: kept(byChance),
    collectionEmpty: kept(byChance),
    companyUnderOtherName: kept(byChance),
  },
  titles: {
    // Together as many as movies are quarantined, since the layouts have the films in common.
    idNotANumber: quarantined(({ movies }) => (movies < 300 ? 1 : 3)),
    fieldMissing: quarantined(() => 3),
    secondTitle: superseded(oneAndOnePer(2_000)),
    noGenres: kept(oneAndOnePer(100)),
    noYear: kept(oneAndOnePer(1_000)),
    /** Brackets that hold no year, such as (2006-2007). */
    severalYears: kept(oneAndOnePer(1_000)),
    genreUnknown: keptIn(["ml-100k"], oneAndOnePer(500)),
    delimiterInTitle: keptIn(["ml-1m"], oneAndOnePer(500)),
    lettersBeyondLatin1: keptIn(["ml-latest"], oneAndOnePer(500)),
    lettersBeyondAscii: kept(byChance),
    commaInTitle: kept(byChance),
    quoteInTitle: kept(byChance),
  },
  links: {
    imdbIdUnreadable: quarantined(one),
    secondLinkOfMovie: superseded(one),
    tmdbIdEmpty: kept(oneAndOnePer(200)),
    tmdbIdWithPoint: kept(oneAndOnePer(5_000)),
    tmdbIdOfAnotherMovie: kept(oneAndOnePer(10_000)),
    tmdbIdNotInMovies: keptIn(["kaggle"], byChance),
    movieNotInTitles: keptIn(["ml-latest"], byChance),
  },
  keywords: {
    literalCutOff: quarantined(one),
    exactCopy: superseded(oneAndOnePer(60)),
    differingCopy: superseded(oneAndOnePer(300)),
  },
  credits: {
    literalCutOff: quarantined(one),
    exactCopy: superseded(oneAndOnePer(1_500)),
    differingCopy: superseded(oneAndOnePer(5_000)),
  },
  cpi: {
    valueMissing: kept(one),
  },
} satisfies Record<string, Record<string, Flaw>>;

export type Source = keyof typeof flaws;
export type FlawOf<S extends Source> = keyof (typeof flaws)[S] & string;

/** The flaws of one source as plain entries: those that a layout can have, if one is given. */
export function flawsOf<S extends Source>(source: S, layout?: LayoutName): [FlawOf<S>, Flaw][] {
  const all = Object.entries(flaws[source]) as [FlawOf<S>, Flaw][];
  return all.filter(
    ([, { only }]) => layout === undefined || only === undefined || only.includes(layout),
  );
}

/** Films enough for each flaw that costs a reader the whole film. */
export function lostMovies(sizes: Sizes): number {
  return flawsOf("movies")
    .filter(([, { fate }]) => fate === "quarantined")
    .reduce((sum, [, { count }]) => sum + count(sizes), 0);
}

/**
 * Spreads a source's flaws over the candidates (say, films by index), at most one on each.
 *
 * @param candidates who may get a flaw of this fate; each fate that has flaws needs enough
 * @param layout needed where the source has flaws that not all layouts can have
 */
export function planFlaws<S extends Source>(
  source: S,
  sizes: Sizes,
  random: Random,
  candidates: (fate: Fate) => readonly number[],
  layout?: LayoutName,
): Map<number, FlawOf<S>> {
  const plan = new Map<number, FlawOf<S>>();
  const queues = new Map<Fate, number[]>();
  for (const [name, { fate, count }] of flawsOf(source, layout)) {
    const queue = queues.get(fate) ?? random.shuffled(candidates(fate));
    queues.set(fate, queue);
    for (let missing = count(sizes); missing > 0;) {
      const candidate = queue.pop();
      if (candidate === undefined) throw new Error(`no candidate left for ${source}.${name}`);
      if (plan.has(candidate)) continue;
      plan.set(candidate, name);
      missing--;
    }
  }
  return plan;
}
