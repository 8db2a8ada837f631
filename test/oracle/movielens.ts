import { Random } from "../../scripts/sample/random.ts";
import { csv, type Encoding, lines, type Writing } from "./lines.ts";

/** The genres of u.item in the catalogue's order. */
const flagNames =
  "unknown,Action,Adventure,Animation,Children's,Comedy,Crime,Documentary,Drama,Fantasy,Film-Noir," +
  "Horror,Musical,Mystery,Romance,Sci-Fi,Thriller,War,Western";
const genreNames = flagNames.split(",");

/** Titles that a reader may stumble over; pipes are a fault in u.item alone, `::` nowhere. */
const nastyTitles = [
  "Amélie (2001)",
  "Misérables, Les (1995)",
  "Señorita naïve (1999)",
  "Ã©tude (1998)",
  "É",
  "Spaces \u00a0of both kinds (1994) \u00a0",
  "Star Wars:: A New Hope (1977)",
  "::Colons at both ends:: (1980)",
  "Three::: four:::: (1981)",
  "Seasons (2006-2007)",
  "Half a bracket (1999",
  "No year at all",
  "2001: A Space Odyssey",
  "(500) Days of Summer (2009)",
  "Remake (1956) (2007)",
  "Year in the middle (1984) or so",
  "Five digits (19999)",
  "Foreign digits (２００１)",
  "No space(1993)",
  "  Spaces outside (1990)  ",
  '"Great Performances" Cats (1998)',
  '"Never closed (1990)',
  "Comma, The (1991)",
  "8 1/2 | Otto e mezzo (1963)",
  "Back\\slash\tand tab (1992)",
  "'Apostrophes' (1970)",
  "",
];

/** A record of titles: the layouts write it each in its own way. */
interface TitleRecord {
  id: string;
  title: string;
  genres: string[];
  /** A fault of the fields, where a layout can have it. */
  fault?: "short" | "long" | "flag";
}

/** Sixty titles for the ids from one on, with copies that differ and with faults, in any order. */
function titleRecords(random: Random, from: number, nasty: readonly string[]): TitleRecord[] {
  const genres = (): string[] =>
    random.chance(0.1) ? [] : genreNames.filter(() => random.chance(0.15));
  const sound = Array.from({ length: 60 }, (_, index): TitleRecord => {
    const title = nasty[index] ?? `Film ${index} é (${1950 + random.below(60)})`;
    const id = `${from + index}${random.chance(0.1) ? ".0" : ""}`;
    return { id, title, genres: genres() };
  });
  const copies = sound
    .filter(() => random.chance(0.15))
    .map((record) => ({ ...record, title: `Another ${record.title}`, genres: genres() }));
  const faulty = ["x1", "-1", "0", "1.5", "", "1e99"].map((id): TitleRecord => {
    return { id, title: "Never seen (1999)", genres: genres() };
  });
  const broken = (["short", "long", "flag", "short", "flag"] as const).map((fault, index) => {
    return { id: `${index + 1}`, title: `Broken ${fault} (1999)`, genres: genres(), fault };
  });
  return random.shuffled([...sound, ...copies, ...faulty, ...broken]);
}

/** The fields of ratings, with re-ratings, repeats and faults, in any order. */
function ratingRecords(random: Random, count: number): string[][] {
  const stars = (): string => random.pick(["0.5", "1", "2.0", "2.5", "3", "3.5", "4", "4.5", "5"]);
  const second = (): string => `${900_000_000 + 1000 * random.below(300_000)}`;
  const sound = Array.from({ length: count }, (): string[] => {
    const movie = 1 + random.below(65);
    const movieId = random.chance(0.1) ? `${movie}.0` : `${movie}`;
    return [`${1 + random.below(25)}`, movieId, stars(), second()];
  });
  const again = sound.flatMap(([user = "", movie = "", rating = "", at = ""]): string[][] => {
    const other = random.pick([
      [user, movie, rating, at],
      [user, movie, stars(), at],
      [user, movie, stars(), second()],
    ]);
    return random.chance(0.2) ? [other] : [];
  });
  const faulty = [
    ["x7", "1", "3.0", "1000"],
    ["7", "-1", "3.0", "1000"],
    ["0", "1", "3.0", "1000"],
    ["7", "1.5", "3.0", "1000"],
    ["7", "", "3.0", "1000"],
    ["7", "2", "3.7", "1000"],
    ["7", "2", "0.0", "1000"],
    ["7", "2", "5.5", "1000"],
    ["7", "2", "four", "1000"],
    ["7", "2", "", "1000"],
    ["7", "2", "3.0", "-5"],
    ["7", "2", "3.0", "9999999999"],
    ["7", "2", "3.0", "1000.5"],
    ["7", "2", "3.0", ""],
    ["7", "2", "3.0"],
    ["7", "2", "3.0", "1000", "9"],
    ["7", "2", "3.0", "1000", ""],
    ["7 2 3.0 1000"],
  ];
  return random.shuffled([...sound, ...again, ...faulty]);
}

const genresOrNone = ({ genres }: TitleRecord): string => genres.join("|") || "(no genres listed)";

/** A delivery of MovieLens as CSV, with links. */
export function movieLensCsv(
  seed: number,
  writing: Writing = {},
  from = 1,
): Record<string, Buffer> {
  const random = new Random(seed, "csv");
  const titles = titleRecords(random, from, nastyTitles).map((record) => {
    const fields = [record.id, record.title, genresOrNone(record)];
    if (record.fault === "short") return fields.slice(0, 2);
    return record.fault === "long" ? [...fields, "more"] : fields;
  });
  const links = Array.from({ length: 50 }, (_, index) => {
    const movie = 1 + random.below(70);
    const tmdb = random.chance(0.2) ? "" : `${5000 + movie}.0`;
    return [`${movie}`, index % 12 === 5 ? "tt12" : `${114_000 + index}`, tmdb];
  });
  const ratings = ratingRecords(random, 250);
  return {
    "movies.csv": csv(random, ["movieId", "title", "genres"], titles, writing),
    "links.csv": csv(random, ["movieId", "imdbId", "tmdbId"], links, writing),
    "ratings.csv": csv(random, ["userId", "movieId", "rating", "timestamp"], ratings, writing),
  };
}

/** A delivery in the layout of ml-1m. */
export function movieLens1m(seed: number, encoding: Encoding, from = 1): Record<string, Buffer> {
  const random = new Random(seed, "1m");
  const titles = titleRecords(random, from, writable(nastyTitles, encoding)).map((record) => {
    const genres = random.chance(0.05) ? "" : genresOrNone(record);
    const fields = [record.id, record.title, genres];
    return (record.fault === "short" ? fields.slice(0, 2) : fields).join("::");
  });
  const ratings = ratingRecords(random, 250).map((fields) => fields.join("::"));
  return {
    "movies.dat": lines(random, [...titles, "999", "1000::::"], { end: "\r\n", encoding }),
    "ratings.dat": lines(random, ratings, { finalEnd: false, encoding }),
    "users.dat": Buffer.from("1::F::1::10::48067\n"),
  };
}

/** A delivery in the layout of ml-100k. */
export function movieLens100k(seed: number, encoding: Encoding, from = 1): Record<string, Buffer> {
  const random = new Random(seed, "100k");
  const titles = titleRecords(random, from, writable(nastyTitles, encoding)).map((record) => {
    const flags = genreNames.map((name): string => (record.genres.includes(name) ? "1" : "0"));
    if (record.fault === "flag") flags[random.below(19)] = random.pick(["2", "x", "-1"]);
    const url = `http://us.imdb.com/M/title-exact?${record.id}`;
    const fields = [record.id, record.title, "01-Jan-1995", "", url, ...flags];
    if (record.fault === "long") fields.push("0");
    return (record.fault === "short" ? fields.slice(0, 23) : fields).join("|");
  });
  const ratings = ratingRecords(random, 250).map((fields) => fields.join("\t"));
  return {
    "u.item": lines(random, titles, { finalEnd: false, encoding }),
    "u.data": lines(random, ratings, { end: "\r\n", encoding }),
  };
}

/** What an encoding has letters for. */
function writable(titles: readonly string[], encoding: Encoding): string[] {
  if (encoding !== "latin1") return [...titles];
  return titles.filter((title) => Buffer.from(title, "latin1").toString("latin1") === title);
}
