import { parse } from "csv-parse/sync";

export const layouts = ["ml-latest", "ml-1m", "ml-100k"] as const;
export type LayoutName = (typeof layouts)[number];

/** A record of titles, its fields told apart by hand; without genres where its fields are too few. */
export interface Title {
  id: string;
  title: string;
  genres?: string;
  others: string[];
}

/** The genres in the order of u.item's flags. */
export const flagNames =
  "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|" +
  "Horror|Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western";

/** A line of movies.dat: the title is all that stands between the first and the last field. */
function titleOfDat(line: string): Title {
  const [id = "", ...fields] = line.split("::");
  const genres = fields.length > 1 ? fields.pop() : undefined;
  return { id, title: fields.join("::"), others: [], ...(genres !== undefined && { genres }) };
}

function titleOfItem(line: string): Title {
  const fields = line.split("|");
  const [id = "", title = "", ...others] = fields;
  if (fields.length !== 24) return { id, title, others };
  const set = flagNames.split("|").filter((_, place) => others[3 + place] === "1");
  return { id, title, others, genres: set.length === 0 ? "(no genres listed)" : set.join("|") };
}

const csv = (bytes: Buffer): string[][] => parse(bytes, { relax_column_count: true, from: 2 });
export const lines = (bytes: Buffer): string[] => bytes.toString("latin1").split("\n").slice(0, -1);

/** How each layout is read, said without the generator's words. */
export const reading: Record<
  LayoutName,
  {
    ratings: [file: string, read: (bytes: Buffer) => string[][], stars: RegExp];
    titles: [file: string, read: (bytes: Buffer) => Title[]];
  }
> = {
  "ml-latest": {
    ratings: ["ratings.csv", csv, /^([1-4]\.[05]|0\.5|5\.0)$/],
    titles: [
      "movies.csv",
      (bytes) =>
        csv(bytes).map(([id = "", title = "", ...genres]) =>
          genres.length === 1
            ? { id, title, genres: genres[0]!, others: [] }
            : { id, title, others: [] },
        ),
    ],
  },
  "ml-1m": {
    ratings: ["ratings.dat", (bytes) => lines(bytes).map((line) => line.split("::")), /^[1-5]$/],
    titles: ["movies.dat", (bytes) => lines(bytes).map(titleOfDat)],
  },
  "ml-100k": {
    ratings: ["u.data", (bytes) => lines(bytes).map((line) => line.split("\t")), /^[1-5]$/],
    titles: ["u.item", (bytes) => lines(bytes).map(titleOfItem)],
  },
};
