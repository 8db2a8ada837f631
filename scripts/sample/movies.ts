import { copiesLater } from "./copies-later.ts";
import { csvText, type FileText, type SampleRecord } from "./csv.ts";
import { Companies } from "./companies.ts";
import type { Film } from "./films.ts";
import { planFlaws, type FlawOf } from "./flaws.ts";
import { copyOf, damage, halves, isCopy } from "./movie-flaws.ts";
import { money } from "./money.ts";
import { pythonLiteral } from "./python-literal.ts";
import { Random } from "./random.ts";
import type { Sizes } from "./sizes.ts";
import { overview, picturePath, title } from "./text.ts";
import { Weighted, zipf } from "./weighted.ts";
import { adjectives, genres, nouns, origins, taglines } from "./words.ts";

/** The columns of movies_metadata.csv, in their order. */
export const movieColumns = [
  "adult",
  "belongs_to_collection",
  "budget",
  "genres",
  "homepage",
  "id",
  "imdb_id",
  "original_language",
  "original_title",
  "overview",
  "popularity",
  "poster_path",
  "production_companies",
  "production_countries",
  "release_date",
  "revenue",
  "runtime",
  "spoken_languages",
  "status",
  "tagline",
  "title",
  "video",
  "vote_average",
  "vote_count",
] as const;

/** One record, every field as it will stand in the file. */
export type MovieRow = Record<(typeof movieColumns)[number], string>;

const genreWeights = new Weighted(zipf(genres.length, 2));
const originWeights = new Weighted([60, ...zipf(origins.length - 1, 2).map((share) => 12 * share)]);

function makeGenres(random: Random): string {
  const count = 1 + Math.floor(4 * random.unit() * random.unit());
  const drawn = new Set(Array.from({ length: count }, () => genreWeights.draw(random)));
  return pythonLiteral([...drawn].map((index) => genre(index)));
}

function genre(index: number) {
  const [id, name] = genres[index] as (typeof genres)[number];
  return { id, name };
}

function makeCollection(random: Random): string {
  if (random.chance(0.9)) return "";
  const number = random.below(nouns.length * adjectives.length);
  const name = `The ${adjectives[number % adjectives.length] as string} ${nouns[Math.floor(number / adjectives.length)] as string} Collection`;
  return pythonLiteral({
    id: 5000 + number,
    name,
    poster_path: picturePath(random),
    backdrop_path: random.chance(0.2) ? null : picturePath(random),
  });
}

function makeVotes(film: Film, random: Random) {
  const count =
    Math.floor(12_000 * film.fame * film.fame * random.logNormal(1, 0.4)) + random.below(9);
  const average = Math.min(10, Math.max(0.5, 2 * film.quality - 0.6 + 0.5 * random.normal()));
  return { average: count === 0 ? "0.0" : average.toFixed(1), count };
}

function makeMovie(film: Film, random: Random, allCompanies: Companies) {
  const english = title(random);
  const home = origins[originWeights.draw(random)] as (typeof origins)[number];
  const second = random.pick(origins);
  const homes = second === home || random.chance(0.85) ? [home] : [home, second];
  const languages = new Map(homes.map(({ language: [code, name] }) => [code, name]));
  const { companies, underOtherName } = allCompanies.of(random);
  const votes = makeVotes(film, random);
  const row: MovieRow = {
    adult: random.chance(0.0005) ? "True" : "False",
    belongs_to_collection: makeCollection(random),
    ...money(film, random),
    genres: makeGenres(random),
    homepage: random.chance(0.15) ? `http://www.example.com/films/${film.tmdbId}` : "",
    id: String(film.tmdbId),
    imdb_id: `tt${String(film.imdbNumber).padStart(7, "0")}`,
    original_language: home.language[0],
    original_title: home.titles.length === 0 ? english : random.pick(home.titles),
    overview: overview(random),
    popularity: String(Math.ceil(4e7 * film.fame * random.logNormal(1, 0.6)) / 1e6),
    poster_path: random.chance(0.01) ? "" : picturePath(random),
    production_companies: pythonLiteral(companies.map(({ name, id }) => ({ name, id }))),
    production_countries: pythonLiteral(
      homes.map(({ country: [code, name] }) => ({ iso_3166_1: code, name })),
    ),
    release_date: film.releaseDate,
    runtime: random.chance(0.03) ? "0.0" : `${Math.floor(random.logNormal(98, 0.2))}.0`,
    spoken_languages: pythonLiteral(
      Array.from(languages, ([code, name]) => ({ iso_639_1: code, name })),
    ),
    status: random.chance(0.005) ? "Rumored" : "Released",
    tagline: random.chance(0.5) ? "" : random.pick(taglines),
    title: english,
    video: random.chance(0.002) ? "True" : "False",
    vote_average: votes.average,
    vote_count: String(votes.count),
  };
  return { row, underOtherName };
}

/** The flaws that a row has by chance: they are counted, not planned. */
function flawsByChance(row: MovieRow, underOtherName: boolean): FlawOf<"movies">[] {
  const found: FlawOf<"movies">[] = [];
  if (row.budget === "0") found.push("budgetZero");
  if (row.revenue === "0") found.push("revenueZero");
  if (row.belongs_to_collection === "") found.push("collectionEmpty");
  if (underOtherName) found.push("companyUnderOtherName");
  return found;
}

function fieldsOf(row: MovieRow): string[] {
  return movieColumns.map((column) => row[column]);
}

function* movieRecords(
  films: readonly Film[],
  sizes: Sizes,
  seed: number,
): Generator<SampleRecord<"movies">> {
  const companies = new Companies(seed);
  const standing = (wanted: Film["standing"]) =>
    films.filter((film) => film.standing === wanted).map((film) => film.index);
  const plan = planFlaws("movies", sizes, new Random(seed, "movie flaws"), (fate) =>
    standing(fate === "quarantined" ? "lost" : "listed"),
  );

  for (const film of films) {
    if (film.standing === "unlisted") continue;
    const random = new Random(seed, "movies", film.index);
    const { row, underOtherName } = makeMovie(film, random, companies);
    const flaw = plan.get(film.index);
    if (flaw === "brokenInTwo") {
      for (const fields of halves(row)) yield { fields, flaws: [flaw] };
      continue;
    }
    if (flaw !== undefined) damage(row, flaw, companies.first);
    const flaws = flawsByChance(row, underOtherName);
    if (flaw === undefined || isCopy(flaw)) yield { fields: fieldsOf(row), flaws };
    if (flaw === undefined) continue;
    const fields = fieldsOf(isCopy(flaw) ? copyOf(row, flaw) : row);
    yield { fields, flaws: [...flaws, flaw] };
  }
}

/** The text of movies_metadata.csv. */
export function moviesText(films: readonly Film[], sizes: Sizes, seed: number): FileText {
  return csvText("movies", movieColumns, copiesLater("movies", movieRecords(films, sizes, seed)));
}
