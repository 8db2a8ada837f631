import { csvRecords, plainRecords, type RecordsText } from "./csv.ts";
import type { LayoutName } from "./layouts.ts";
import { movieLensGenres } from "./words.ts";

/** What MovieLens says of one film. */
export interface TitleRow {
  id: string;
  title: string;
  /** YYYY-MM-DD */
  releaseDate: string;
  /** Names of genres in the order of the alphabet. */
  genres: readonly string[];
}

/** How titles are written. */
export interface TitleForm {
  layout: LayoutName;
  /** The first line, where the file has one that is no record. */
  header?: readonly string[];
  fields: (row: TitleRow) => string[];
  text: RecordsText;
  /** The genres that there are, the most frequent first. */
  genres: readonly string[];
  /** Whether letters beyond Latin-1 can be written. */
  anyLetters: boolean;
}

const withGenresInOneField = ({ id, title, genres }: TitleRow): string[] => [
  id,
  title,
  genres.length === 0 ? "(no genres listed)" : genres.join("|"),
];

const monthNames = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec".split(",");

/** 1995-01-31 as 31-Jan-1995. */
function dayFirst(date: string): string {
  const [year, month, day] = date.split("-") as [string, string, string];
  return `${day}-${monthNames[Number(month) - 1] as string}-${year}`;
}

/** The genre of films whose genre is not known stands before the alphabet. */
export const unknownGenre = "unknown";
const flags = [unknownGenre, ...[...movieLensGenres].sort()];

const withFlags = ({ id, title, releaseDate, genres }: TitleRow): string[] => [
  id,
  title,
  dayFirst(releaseDate),
  "",
  `http://us.imdb.com/M/title-exact?${encodeURI(title)}`,
  ...flags.map((genre) => (genres.includes(genre) ? "1" : "0")),
];

/** movies.csv */
export const quotedTitles: TitleForm = {
  layout: "ml-latest",
  header: ["movieId", "title", "genres"],
  fields: withGenresInOneField,
  text: csvRecords("\r\n"),
  genres: [...movieLensGenres.map((name) => name.replace(/'s$/, "")), "IMAX"],
  anyLetters: true,
};

/** movies.dat */
export const delimitedTitles: TitleForm = {
  layout: "ml-1m",
  fields: withGenresInOneField,
  text: plainRecords("::"),
  genres: movieLensGenres,
  anyLetters: false,
};

/** u.item */
export const flaggedTitles: TitleForm = {
  layout: "ml-100k",
  fields: withFlags,
  text: plainRecords("|"),
  genres: movieLensGenres,
  anyLetters: false,
};
