import type { Company } from "./companies.ts";
import type { FlawOf } from "./flaws.ts";
import { movieColumns, type MovieRow } from "./movies.ts";
import { pythonLiteral } from "./python-literal.ts";

type MovieFlaw = FlawOf<"movies">;

/** The flaws that are a second record of the same film. */
const copyFlaws = {
  exactCopy: () => undefined,
  copyWithMoreVotes: (row) => (row.vote_count = String(Number(row.vote_count) + 3)),
  copyWithLessPopularity: (row) => (row.popularity = String(Number(row.popularity) / 2)),
  copyWithoutPopularity: (row) => (row.popularity = ""),
} satisfies Partial<Record<MovieFlaw, (row: MovieRow) => unknown>>;

export type CopyFlaw = keyof typeof copyFlaws;

export function isCopy(flaw: MovieFlaw): flaw is CopyFlaw {
  return flaw in copyFlaws;
}

/** The second record of a film, as its flaw says. */
export function copyOf(row: MovieRow, flaw: CopyFlaw): MovieRow {
  const copy = { ...row };
  copyFlaws[flaw](copy);
  return copy;
}

/** The flaws inside one record. */
const damages: Partial<Record<MovieFlaw, (row: MovieRow, company: Company) => unknown>> = {
  idIsADate: (row) => (row.id = row.release_date),
  literalCutOff: (row) => (row.genres = "[{'id': 18, 'name': 'Dra"),
  // A path where a number is due is what the second half of a broken record leaves, too.
  budgetIsAPath: (row) => (row.budget = row.poster_path || "/no-poster.jpg"),
  imdbIdZero: (row) => (row.imdb_id = "0"),
  imdbIdEmpty: (row) => (row.imdb_id = ""),
  releaseDateEmpty: (row) => (row.release_date = ""),
  runtimeEmpty: (row) => (row.runtime = ""),
  statusEmpty: (row) => (row.status = ""),
  noGenre: (row) => (row.genres = "[]"),
  spaceAroundCompany: (row, { id, name }) =>
    (row.production_companies = pythonLiteral([{ name: `\u00a0${name}\u00a0`, id }])),
  numberWithExponent: (row) => (row.budget = "9e+06"),
  numberWithPoint: (row) => {
    row.budget = "65000000.0";
    row.vote_count = `${row.vote_count}.0`;
  },
  lowerCaseBoolean: (row) => (row.video = "true"),
  lineEndInOverview: (row) =>
    (row.overview = `${row.overview}\nThe film's "second" ending, long lost, was found in 2009.`),
};

/** Damages a film's record in place, as its flaw says. */
export function damage(row: MovieRow, flaw: MovieFlaw, company: Company): void {
  damages[flaw]?.(row, company);
}

/** The two records that a line end in an unquoted overview makes of one. */
export function halves(row: MovieRow): [string[], string[]] {
  // No comma and no quote, so that nothing makes the writer put the overview in quotes.
  const first = { ...row, overview: "A clerk from Three Rivers finds a map that nobody drew" };
  const fields = movieColumns.map((column) => first[column]);
  const end = movieColumns.indexOf("overview") + 1;
  return [fields.slice(0, end), [" - Written by Ingrid Vesterhagen", ...fields.slice(end)]];
}
