import { mkdir } from "node:fs/promises";
import path from "node:path";
import { argv } from "node:process";

import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

import { exitCodes } from "../../errors.ts";
import { memoryLimit, quoted } from "../../jobs/duckdb.ts";
import { program } from "../program.ts";
import { floorMarts } from "./floor-marts.ts";

/** Seconds of each part, as the program prints them. */
export interface FloorSeconds {
  read: number;
  load: number;
  answer: number;
}

/**
 * What DuckDB needs for the same answers when nobody cares for faulty records, checks, other engines
 * or readers: no pipeline on top of it can be faster. A process of its own, so that its memory is.
 *
 *     node --import tsx scripts/bench/floor.ts SOURCE-FOLDER TARGET-FOLDER
 */
await program(async () => {
  const [source = "", target = ""] = argv.slice(2);
  await mkdir(target, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:", {
    // What the pipeline has; anything else would be another contest.
    memory_limit: memoryLimit,
    preserve_insertion_order: "true",
    temp_directory: path.join(target, "spill"),
  });
  const connection = await instance.connect();
  const ratings = path.join(target, "ratings.parquet");
  const seconds: FloorSeconds = {
    read: await timed(() => readRatings(connection, path.join(source, "ratings.csv"), ratings)),
    load: await timed(() => loadTable(connection, ratings, path.join(target, "floor.duckdb"))),
    answer: await timed(() => makeMarts(connection, source, ratings, target)),
  };
  connection.closeSync();
  instance.closeSync();
  console.log(JSON.stringify(seconds));
  return exitCodes.success;
});

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function readRatings(
  connection: DuckDBConnection,
  csv: string,
  parquet: string,
): Promise<void> {
  const columns = { userId: "BIGINT", movieId: "BIGINT", rating: "DOUBLE", timestamp: "BIGINT" };
  await connection.run(`
    copy (
        select
            userId as user_id, movieId as movie_id, rating,
            to_timestamp(timestamp) as rated_at,
            cast(date_trunc('month', make_timestamp(timestamp * 1000000)) as date) as rated_month
        from ${readCsv(csv, columns)}
    ) to ${quoted(parquet)} (format parquet, compression zstd)`);
}

async function loadTable(
  connection: DuckDBConnection,
  parquet: string,
  database: string,
): Promise<void> {
  await connection.run(`attach ${quoted(database)} as floor`);
  await connection.run(`create table floor.ratings as from read_parquet(${quoted(parquet)})`);
  await connection.run("checkpoint floor");
  await connection.run("detach floor");
}

async function makeMarts(
  connection: DuckDBConnection,
  source: string,
  parquet: string,
  target: string,
): Promise<void> {
  const titles = { movieId: "BIGINT", title: "VARCHAR", genres: "VARCHAR" };
  const links = { movieId: "BIGINT", imdbId: "BIGINT", tmdbId: "DOUBLE" };
  // Small tables, and read twice: once from CSV is enough.
  await connection.run(`
    create table titles as from ${readCsv(path.join(source, "movies.csv"), titles)};
    create table films as
        select movie_id, any_value(title) as title
        from (
            select movieId as movie_id, trim(regexp_replace(title, '\\(\\d{4}\\)$', '')) as title
            from titles
            union all
            select movieId, null from ${readCsv(path.join(source, "links.csv"), links)}
        )
        group by movie_id;
    create table film_genres as
        select distinct movieId as movie_id, unnest(string_split(genres, '|')) as genre
        from titles where genres <> '(no genres listed)';
    create view ratings as from read_parquet(${quoted(parquet)})`);
  for (const [name, select] of Object.entries(floorMarts)) {
    const file = quoted(path.join(target, `${name}.parquet`));
    await connection.run(`copy (${select}) to ${file} (format parquet, compression zstd)`);
  }
}

/** DuckDB's own reading, types and all; what does not fit is left out. */
function readCsv(file: string, columns: Record<string, string>): string {
  const types = Object.entries(columns).map(([name, type]) => `'${name}': '${type}'`);
  return `read_csv(${quoted(file)}, auto_detect=false, header=true, delim=',', quote='"',
    escape='"', strict_mode=true, store_rejects=true, rejects_limit=0,
    columns={${types.join(", ")}})`;
}
