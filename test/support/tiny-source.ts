import { writeFiles } from "./folder.ts";

const movieColumns =
  "adult,belongs_to_collection,budget,genres,homepage,id,imdb_id,original_language,original_title,overview,popularity,poster_path,production_companies,production_countries,release_date,revenue,runtime,spoken_languages,status,tagline,title,video,vote_average,vote_count";

const movie = (id: number, title: string, date: string, money: [number, number]): string =>
  `False,,${money[0]},"[{'id': 18, 'name': 'Drama'}]",,${id},tt000000${id},en,${title},,1.5,,"[{'name': 'Studio', 'id': 7}]",[],${date},${money[1]},81.0,[],Released,,${title},False,7.0,10`;

/** The smallest set of Kaggle's files that fills every mart: two films, three users. */
export const tinyFiles: Record<string, string> = {
  "ratings.csv": [
    "userId,movieId,rating,timestamp",
    "1,10,4.0,946684800",
    "1,20,2.0,946684801",
    "2,10,5.0,978307200",
    "3,20,3.5,978307201",
    "",
  ].join("\n"),
  "movies_metadata.csv": [
    movieColumns,
    movie(1, "One", "2000-01-05", [100, 300]),
    movie(2, "Two", "2001-07-06", [0, 500]),
    "",
  ].join("\n"),
  "links.csv": "movieId,imdbId,tmdbId\n10,0000001,1\n20,0000002,2\n",
  "keywords.csv": "id,keywords\n1,\"[{'id': 3, 'name': 'harbour'}]\"\n2,[]\n",
  "credits.csv": [
    "cast,crew,id",
    `"[{'cast_id': 1, 'character': 'A', 'credit_id': 'c1', 'gender': 0, 'id': 5, 'name': 'Ann', 'order': 0, 'profile_path': None}]","[{'credit_id': 'c2', 'department': 'Directing', 'gender': 0, 'id': 6, 'job': 'Director', 'name': 'Bo', 'profile_path': None}]",1`,
    "",
  ].join("\n"),
  "CUSR0000SS62031.csv": "DATE,CUSR0000SS62031\n2000-01-01,100.0\n2001-07-01,110.0\n",
};

/** Writes these files; a text of undefined leaves one out. */
export async function tinySource(
  folder: string,
  changes: Record<string, string | Buffer | undefined> = {},
): Promise<string> {
  const files = Object.entries({ ...tinyFiles, ...changes }).filter(
    (entry): entry is [string, string | Buffer] => entry[1] !== undefined,
  );
  return writeFiles(folder, Object.fromEntries(files));
}
