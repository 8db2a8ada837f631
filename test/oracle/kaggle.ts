import { pythonLiteral, type PythonValue } from "../../scripts/sample/python-literal.ts";
import { Random } from "../../scripts/sample/random.ts";
import { csv, type Writing } from "./lines.ts";

const movieColumns =
  "adult,belongs_to_collection,budget,genres,homepage,id,imdb_id,original_language,original_title," +
  "overview,popularity,poster_path,production_companies,production_countries,release_date,revenue," +
  "runtime,spoken_languages,status,tagline,title,video,vote_average,vote_count";
const names = ["Été", "O'Neill", 'The "Best"', "Naïve\u00a0", "Drama", "Crime", "a\\b", "x\ny"];
const films = 80;

/**
 * A delivery in the shape of Kaggle's dataset. Each has other films of the same eighty, in another
 * order and with other facts of them, some twice, some faulty.
 *
 * @param number tells the deliveries of a seed apart
 * @param writing and the header of the price index, which FRED has changed over the years
 */
export function kaggle(
  seed: number,
  number: number,
  { month, ...writing }: Writing & { month: string },
): Record<string, Buffer> {
  const random = new Random(seed, "kaggle", number);
  const file = (header: string, records: string[][]): Buffer =>
    csv(random, header.split(","), random.shuffled(records), writing);
  return {
    "movies_metadata.csv": file(movieColumns, movies(random, number)),
    "keywords.csv": file("id,keywords", keywords(random)),
    "credits.csv": file("cast,crew,id", credits(random, number)),
    "links.csv": file("movieId,imdbId,tmdbId", links(random)),
    "ratings.csv": file("userId,movieId,rating,timestamp", ratings(random, seed, number)),
    "CUSR0000SS62031.csv": file(`${month},CUSR0000SS62031`, prices(random, number)),
  };
}

/** The ids of the films that a delivery has, some of them twice. */
function present(random: Random): number[] {
  const ids = Array.from({ length: films }, (_, index) => index + 1);
  const some = ids.filter(() => random.chance(0.7));
  return [...some, ...some.filter(() => random.chance(0.15))];
}

/** Some of the names with their ids; an id may well stand twice. */
function named(random: Random, most: number): { id: number; name: string }[] {
  return Array.from({ length: random.below(most + 1) }, () => {
    const index = random.below(names.length);
    return { id: index + 1, name: random.chance(0.9) ? (names[index] ?? "") : "Other name" };
  });
}

function movies(random: Random, number: number): string[][] {
  const maybe = (value: string): string => (random.chance(0.2) ? "" : value);
  const list = (values: PythonValue[]): string => pythonLiteral(values);
  return present(random).map((id) => {
    const [day, month] = [1 + random.below(28), 1 + random.below(12)];
    const pad = (value: number): string => String(value).padStart(2, "0");
    const country = { iso_3166_1: random.pick(["FR", "US"]), name: random.pick(["France", "US"]) };
    const fields = {
      adult: random.pick(["False", "TRUE", "false"]),
      collection: random.chance(0.2) ? pythonLiteral({ id: 9, name: random.pick(names) }) : "",
      budget: random.pick(["0", "1000000", "2e+06", "750000.0", ""]),
      // A genre goes by one name here: what it is called is no question of deliveries.
      genres: list(named(random, 3).map(({ id }) => ({ id, name: `Genre ${names[id - 1]}` }))),
      homepage: maybe("http://example.org/é"),
      id: random.chance(0.1) ? `${id}.0` : `${id}`,
      imdb: random.pick([`tt${1_000_000 + id}`, "tt12", "0", ""]),
      language: maybe("fr"),
      original: `Original ${id}`,
      overview: maybe(`Line one,\nline "two" of ${number}`),
      popularity: maybe(`${random.below(40)}.${random.below(1000)}`),
      poster: maybe("/poster.jpg"),
      companies: list(named(random, 3)),
      countries: list(random.chance(0.5) ? [country] : []),
      release: maybe(`${2000 + random.below(2)}-${pad(month)}-${pad(day)}`),
      revenue: random.pick(["0", `${random.below(9_000_000)}`, `${random.below(9_000_000)}.0`]),
      runtime: random.pick(["0.0", "95.0", "", "121"]),
      languages: list(random.chance(0.5) ? [{ iso_639_1: "fr", name: "Français" }] : []),
      status: maybe("Released"),
      tagline: maybe("É finita"),
      title: maybe(`Film ${id} é, as of ${number}`),
      video: random.pick(["False", ""]),
      average: random.pick(["7.5", "6", ""]),
      votes: random.pick(["", "3", "3", "40.0", `${random.below(2000)}`]),
    };
    const faults: Partial<typeof fields>[] = [
      { id: "x9" },
      { id: "-4" },
      { genres: fields.genres.slice(0, -1) },
      { companies: "[{'id': " },
      { release: "2001-02-30" },
      { budget: "/poster.jpg" },
      { runtime: "long" },
      { adult: "maybe" },
      { votes: "1.5" },
    ];
    if (random.chance(0.12)) return Object.values({ ...fields, ...random.pick(faults) });
    return Object.values(fields).slice(random.chance(0.03) ? 1 : 0);
  });
}

function keywords(random: Random): string[][] {
  return present(random).map((id) => {
    const literal = pythonLiteral(random.chance(0.15) ? [] : named(random, 4));
    if (random.chance(0.06)) return [`${id}`, literal.slice(0, -1)];
    return random.chance(0.04) ? [`${id}`] : [random.chance(0.04) ? "" : `${id}`, literal];
  });
}

function credits(random: Random, number: number): string[][] {
  return present(random).map((id) => {
    const people = (kind: string): { credit_id: string; id: number; name: string }[] =>
      named(random, 3).map(({ name }, place) => {
        // In a newer record some of a film's credits are the same and some are new.
        const edition = random.chance(0.5) ? 0 : number;
        return { credit_id: `${kind}${id}-${place}-${edition}`, id: 10 + random.below(9), name };
      });
    const cast = people("a").map((person, order) => {
      return { ...person, cast_id: 1 + order, character: `Né ${number}`, order, gender: 2 };
    });
    const crew = people("b").map((person) => ({ ...person, department: "Art", job: "Grip" }));
    const record = [pythonLiteral(cast), pythonLiteral(crew), `${id}`];
    if (random.chance(0.05)) record[random.below(2)] = "[{'credit_id': }]";
    return random.chance(0.04) ? [...record, ""] : record;
  });
}

function links(random: Random): string[][] {
  return present(random).map((film) => {
    const tmdb = random.pick([film, film, film, films - film, 999]);
    const record = [`${100 + film}`, `${1_000_000 + film}`, random.chance(0.1) ? "" : `${tmdb}.0`];
    if (random.chance(0.08)) record[random.below(3)] = random.pick(["?", "-1", "2.5"]);
    return record;
  });
}

/**
 * Ratings that later deliveries repeat or change: an older delivery may well hold the later rating.
 */
function ratings(random: Random, seed: number, number: number): string[][] {
  const common = new Random(seed, "ratings of all deliveries");
  const faults = [
    ["1", "101", "3.0"],
    ["1", "101", "2.2", "1"],
    ["1", "101", "3", "4102444800"],
  ];
  const sound = Array.from({ length: 200 }, () => {
    const key = [`${1 + common.below(20)}`, `${95 + common.below(films + 10)}`];
    const first = 950_000_000 + 100_000 * common.below(1000);
    // A month and more forth or back, or the very same second with other stars.
    const second = first + random.pick([0, 0, 40, -40, number * 3, -number * 3]) * 86_400;
    const record = [...key, `${(1 + random.below(10)) / 2}`, `${second}`];
    return random.chance(0.6) ? [record, ...(random.chance(0.1) ? [record] : [])] : [];
  });
  return [...sound.flat(), ...faults];
}

/** Two years of prices, of which each delivery has eighteen months; some are revised or missing. */
function prices(random: Random, number: number): string[][] {
  const months = Array.from({ length: 18 }, (_, index) => {
    const month = (index + 3 * number) % 24;
    const day = `${2000 + Math.floor(month / 12)}-${String(1 + (month % 12)).padStart(2, "0")}-01`;
    return [day, random.chance(0.15) ? random.pick([".", ""]) : `${100 + random.below(900) / 10}`];
  });
  const again = months.filter(() => random.chance(0.2)).map(([day = ""]) => [day, "123.4"]);
  return [...months, ...again, ["2000-13-01", "100"], ["2000-05-01", "n/a"]];
}
