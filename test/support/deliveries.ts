import path from "node:path";

import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";

import { Random } from "../../scripts/sample/random.ts";
import { kaggle } from "../oracle/kaggle.ts";
import { movieLens100k, movieLens1m, movieLensCsv } from "../oracle/movielens.ts";
import { writeFiles } from "./folder.ts";

/** In whose files a data set comes; MovieLens' deliveries change their layout from one to the next. */
export type Family = "kaggle" | "movielens";

/** What one delivery has of a data set. */
export interface MadeUpDelivery {
  /** Tells the deliveries of a data set apart. */
  number: number;
  /** The name of its folder. */
  day: string;
  /** How many ratings, beside one of a user whom no other delivery knows; none means no such file. */
  ratings: number;
  /** How many records each other file has; none means no such files. */
  records: number;
  /** Which of the other files are left out, by their place. */
  lacks: number[];
}

/**
 * Writes deliveries of one data set, each into a folder that is named by its day. What they say of
 * the same films and ratings differs; all that is drawn hangs on the seed alone.
 *
 * @returns the deliveries' folders, in the order given
 */
export async function writeDeliveries(
  folder: string,
  { seed, family }: { seed: number; family: Family },
  deliveries: readonly MadeUpDelivery[],
): Promise<string[]> {
  return Promise.all(
    deliveries.map(async (delivery) => {
      const files = family === "kaggle" ? kaggleFiles(seed, delivery) : movieLens(seed, delivery);
      return writeFiles(path.join(folder, delivery.day), files);
    }),
  );
}

function kaggleFiles(seed: number, delivery: MadeUpDelivery): Record<string, Buffer> {
  const { number } = delivery;
  const headers = ["DATE", "Date", "observation_date"];
  const files = kaggle(seed, number, { month: headers[number % 3] ?? "" });
  return someOf(files, delivery, {
    name: "ratings.csv",
    content: csvRatings(ratings(seed, delivery, 100)),
  });
}

function movieLens(seed: number, delivery: MadeUpDelivery): Record<string, Buffer> {
  const { number } = delivery;
  const records = ratings(seed, delivery, 0);
  const lines = (between: string): Buffer =>
    Buffer.from(records.map((record) => `${record.join(between)}\n`).join(""));
  const own = seed + number;
  const layouts = [
    () => [movieLensCsv(own), { name: "ratings.csv", content: csvRatings(records) }] as const,
    () => [movieLens1m(own, "utf8"), { name: "ratings.dat", content: lines("::") }] as const,
    () => [movieLens100k(own, "latin1"), { name: "u.data", content: lines("\t") }] as const,
  ];
  const [files, ratingsFile] = layouts[number % layouts.length]!();
  return someOf(files, delivery, ratingsFile);
}

function someOf(
  files: Record<string, Buffer>,
  { ratings: count, records, lacks }: MadeUpDelivery,
  { name: ratingsFile, content }: { name: string; content: Buffer },
): Record<string, Buffer> {
  const others = Object.entries(files).filter(
    ([name], place) => name !== ratingsFile && name !== "users.dat" && !lacks.includes(place),
  );
  const few = others.map(([name, file]) => [name, firstRecords(name, file, records)] as const);
  return {
    ...(records > 0 && Object.fromEntries(few)),
    ...(count > 0 && { [ratingsFile]: content }),
  };
}

function firstRecords(name: string, content: Buffer, count: number): Buffer {
  if (!name.endsWith(".csv")) {
    const lines = content.toString("latin1").split(/\r?\n/).slice(0, count);
    return Buffer.from(`${lines.join("\n")}\n`, "latin1");
  }
  const [header = [], ...records] = parse(content, {
    relax_column_count: true,
    skip_empty_lines: true,
  });
  return Buffer.from(stringify([header, ...records.slice(0, count)]));
}

function csvRatings(records: readonly string[][]): Buffer {
  return Buffer.from(stringify([["userId", "movieId", "rating", "timestamp"], ...records]));
}

const day = 86_400;

/**
 * Ratings of sixty users and forty films, of few enough pairs that deliveries often rate the same one:
 * in the same second, in another month, with other stars or with the same.
 */
function ratings(
  seed: number,
  { number, ratings: count }: MadeUpDelivery,
  firstFilm: number,
): string[][] {
  const common = new Random(seed, "pairs of all deliveries");
  const pairs = Array.from({ length: 250 }, () => ({
    user: 1 + common.below(60),
    film: firstFilm + 1 + common.below(40),
    second: 950_000_000 + 100_000 * common.below(1000),
  }));
  const random = new Random(seed, "ratings", number);
  const sound = Array.from({ length: count }, () => {
    const { user, film, second } = random.pick(pairs);
    const later = random.pick([0, 0, 0, 40, -40, 3 * number, -3 * number]) * day;
    return [`${user}`, `${film}`, `${(1 + random.below(10)) / 2}`, `${second + later}`];
  });
  const copies = sound.filter(() => random.chance(0.1));
  const faults = [
    ["1", `${firstFilm + 1}`, "2.2", "1"],
    ["1", `${firstFilm + 1}`, "3.0"],
    ["x", `${firstFilm + 1}`, "3.0", "1"],
    ["1", `${firstFilm + 1}`, "3.0", "9999999999"],
  ].slice(0, Math.floor(count / 3));
  const own = [`${1000 + number}`, `${firstFilm + 1 + random.below(40)}`, "4.0", `${second2000}`];
  return random.shuffled([...sound, ...copies, ...faults, own]);
}

const second2000 = 946_684_800;
