import { Tally } from "./account.ts";
import { copiesLater } from "./copies-later.ts";
import { type FileText, recordsText, type SampleRecord } from "./csv.ts";
import type { Film } from "./films.ts";
import { planFlaws, type FlawOf } from "./flaws.ts";
import { Random } from "./random.ts";
import type { Sizes } from "./sizes.ts";
import { title } from "./text.ts";
import { type TitleForm, type TitleRow, unknownGenre } from "./title-forms.ts";
import { Weighted, zipf } from "./weighted.ts";
import { origins } from "./words.ts";

type TitleFlaw = FlawOf<"titles">;

const beyondAscii = /[\u0080-\uffff]/;
const beyondLatin1 = /[\u0100-\uffff]/;

/** Titles in the countries' own languages. */
const originals = origins.flatMap(({ titles }) => titles);
const latinOriginals = originals.filter((name) => !beyondLatin1.test(name));
const otherOriginals = originals.filter((name) => beyondLatin1.test(name));

/** A title as MovieLens files it, so that not every second one begins with T. */
function filed(name: string): string {
  return name.replace(/^(The|La|Le|Der|Die|Das|Den|El|Il|O|A) (.+)$/, "$2, $1");
}

/** What movies_metadata.csv calls the film, unless the form has no letters for that. */
function englishTitle(film: Film, seed: number, { anyLetters }: TitleForm): string {
  const random = new Random(seed, "movies", film.index);
  for (;;) {
    const name = title(random);
    if (anyLetters || !beyondLatin1.test(name)) return filed(name);
  }
}

function makeTitle(film: Film, seed: number, random: Random, form: TitleForm, flaw?: TitleFlaw) {
  const name = englishTitle(film, seed, form);
  const year = Number(film.releaseDate.slice(0, 4));
  if (flaw === "noYear") return name;
  if (flaw === "severalYears") return `${name} (${year}-${year + 1})`;
  if (flaw === "delimiterInTitle") return `${name.replace(" ", ":: ")} (${year})`;
  if (flaw === "lettersBeyondLatin1")
    return `${name} (${filed(random.pick(otherOriginals))}) (${year})`;
  if (random.chance(0.95)) return `${name} (${year})`;
  const original = random.pick(form.anyLetters ? originals : latinOriginals);
  return `${name} (${filed(original)}) (${year})`;
}

function makeGenres(random: Random, form: TitleForm, weights: Weighted, flaw?: TitleFlaw) {
  if (flaw === "noGenres") return [];
  if (flaw === "genreUnknown") return [unknownGenre];
  const count = 1 + Math.floor(4 * random.unit() * random.unit());
  const drawn = new Set(Array.from({ length: count }, () => weights.draw(random)));
  return [...drawn].map((index) => form.genres[index] as string).sort();
}

/** The flaws that a title has by its words: they are counted where they fall. */
function flawsByChance({ title: text }: TitleRow): TitleFlaw[] {
  const found: TitleFlaw[] = [];
  if (text.includes(",")) found.push("commaInTitle");
  if (text.includes('"')) found.push("quoteInTitle");
  if (beyondAscii.test(text)) found.push("lettersBeyondAscii");
  if (beyondLatin1.test(text)) found.push("lettersBeyondLatin1");
  return found;
}

function record(row: TitleRow, { fields }: TitleForm, flaw?: TitleFlaw): SampleRecord<"titles"> {
  const all = fields(row);
  const planned = flaw === undefined ? [] : [flaw];
  return {
    fields: flaw === "fieldMissing" ? all.slice(0, -1) : all,
    flaws: [...new Set([...planned, ...flawsByChance(row)])],
  };
}

function* titleRecords(
  films: readonly Film[],
  sizes: Sizes,
  seed: number,
  form: TitleForm,
): Generator<SampleRecord<"titles">> {
  const standing = (wanted: Film["standing"]) =>
    films.filter((film) => film.standing === wanted).map((film) => film.index);
  const plan = planFlaws(
    "titles",
    sizes,
    new Random(seed, "title flaws"),
    (fate) => standing(fate === "quarantined" ? "lost" : "listed"),
    form.layout,
  );
  const weights = new Weighted(zipf(form.genres.length, 2));

  for (const film of films) {
    if (film.standing === "unlisted") continue;
    const flaw = plan.get(film.index);
    const ofFilm = new Random(seed, "titles", film.index);
    const row: TitleRow = {
      id: flaw === "idNotANumber" ? `m${film.movieId}` : String(film.movieId),
      title: makeTitle(film, seed, ofFilm, form, flaw),
      releaseDate: film.releaseDate,
      genres: makeGenres(ofFilm, form, weights, flaw),
    };
    if (flaw !== "secondTitle") {
      yield record(row, form, flaw);
      continue;
    }
    yield record(row, form);
    yield record({ ...row, title: `New ${row.title}` }, form, flaw);
  }
}

/** The text of movies.csv, movies.dat or u.item, film by film. */
export function titlesText(
  films: readonly Film[],
  sizes: Sizes,
  seed: number,
  form: TitleForm,
): FileText {
  const records = copiesLater("titles", titleRecords(films, sizes, seed, form));
  return recordsText(new Tally("titles", form.layout), form.header, records, form.text);
}
