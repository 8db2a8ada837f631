import type { SourceAccount } from "./account.ts";
import { cpiText, series } from "./cpi.ts";
import { creditsText } from "./credits.ts";
import type { FileText } from "./csv.ts";
import type { Film } from "./films.ts";
import type { Source } from "./flaws.ts";
import { keywordsText } from "./keywords.ts";
import { linksText } from "./links.ts";
import { moviesText } from "./movies.ts";
import { csvRatings, oldRatings } from "./rating-forms.ts";
import { ratingsText } from "./ratings.ts";
import type { Sizes } from "./sizes.ts";
import { delimitedTitles, flaggedTitles, quotedTitles } from "./title-forms.ts";
import { titlesText } from "./titles.ts";
import { usersText } from "./users-file.ts";

/** Whose files a sample's files look like: Kaggle's and FRED's, or those of a set of MovieLens. */
export const layoutNames = ["kaggle", "ml-latest", "ml-1m", "ml-100k"] as const;
export type LayoutName = (typeof layoutNames)[number];

interface SampleFile {
  name: string;
  /** What no source reads has no account. */
  text: (films: readonly Film[], sizes: Sizes, seed: number) => FileText<SourceAccount | undefined>;
}

/** The files of a sample, in the order in which they are written. */
export type Layout = Readonly<Partial<Record<Source | "users", SampleFile>>>;

export const layouts: Readonly<Record<LayoutName, Layout>> = {
  kaggle: {
    ratings: {
      name: "ratings.csv",
      text: (...sample) => ratingsText(...sample, csvRatings("kaggle")),
    },
    movies: { name: "movies_metadata.csv", text: moviesText },
    links: { name: "links.csv", text: (...sample) => linksText(...sample, "kaggle") },
    keywords: { name: "keywords.csv", text: keywordsText },
    credits: { name: "credits.csv", text: creditsText },
    cpi: { name: `${series}.csv`, text: (_films, _sizes, seed) => cpiText(seed) },
  },
  "ml-latest": {
    ratings: {
      name: "ratings.csv",
      text: (...sample) => ratingsText(...sample, csvRatings("ml-latest")),
    },
    titles: { name: "movies.csv", text: (...sample) => titlesText(...sample, quotedTitles) },
    links: { name: "links.csv", text: (...sample) => linksText(...sample, "ml-latest") },
  },
  "ml-1m": {
    ratings: {
      name: "ratings.dat",
      text: (...sample) => ratingsText(...sample, oldRatings("ml-1m", "::")),
    },
    titles: { name: "movies.dat", text: (...sample) => titlesText(...sample, delimitedTitles) },
    users: { name: "users.dat", text: (_films, { users }, seed) => usersText(users, seed) },
  },
  "ml-100k": {
    ratings: {
      name: "u.data",
      text: (...sample) => ratingsText(...sample, oldRatings("ml-100k", "\t")),
    },
    titles: { name: "u.item", text: (...sample) => titlesText(...sample, flaggedTitles) },
  },
};

/** The names of a layout's files. */
export function fileNames(layout: LayoutName): string[] {
  return Object.values(layouts[layout]).map(({ name }) => name);
}
