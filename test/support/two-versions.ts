import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";

import { expect } from "chai";

import { tableFiles } from "../../jobs/lake/table-files.ts";
import { answers } from "./answers.ts";
import { catalog } from "./catalog.ts";
import { runLocally } from "./pipeline.ts";
import { runProgram } from "./program.ts";
import type { Row } from "./rows.ts";
import { tinyFiles, tinySource } from "./tiny-source.ts";
import { askAll } from "./warehouse.ts";

type Answers = Record<string, Row[]>;

/** What the program for people is asked; its answer tells the versions apart. */
const question = "select average_rating, rating_count from marts.highest_rated_movies order by all";

/**
 * A lake with answers A, and sources that give answers B: what readers see must always be all of one
 * of them.
 */
export interface TwoVersions {
  /** A copy of the lake with answers A. */
  lakeWithA: (name: string) => Promise<string>;
  sourceOfB: string;
  answersB: Answers;
  /** The names in a lake that has come from A to B without a fault. */
  namesAfterB: string[];
  /** Reads a lake in every way; fails unless all of them show the whole of one version. */
  versionIn: (lake: string) => Promise<"A" | "B">;
}

/** Makes both versions once for all tests of a suite. */
export function withTwoVersions(): () => TwoVersions {
  let [folder, versions]: [string, TwoVersions | undefined] = ["", undefined];
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "marquee-test-"));
    versions = await twoVersions(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));
  return () => versions!;
}

export async function twoVersions(folder: string): Promise<TwoVersions> {
  const sourceOfA = await tinySource(path.join(folder, "source-a"));
  const sourceOfB = await tinySource(path.join(folder, "source-b"), {
    "ratings.csv": tinyFiles["ratings.csv"]!.replace("1,10,4.0", "1,10,1.0"),
    "movies_metadata.csv": tinyFiles["movies_metadata.csv"]!.replaceAll("Drama", "Comedy"),
  });
  const [first, second] = [path.join(folder, "lake-a"), path.join(folder, "lake-b")];
  const copyOfFirst = (lake: string): Promise<void> =>
    cp(first, lake, { recursive: true, verbatimSymlinks: true });
  await runLocally({ sources: [sourceOfA], lake: first });
  await copyOfFirst(second);
  await runLocally({ sources: [sourceOfB], lake: second });

  const [answersA, answersB] = [await answers(first), await answers(second)];
  const [saidOfA, saidOfB] = [await said(first), await said(second)];
  expect(answersA).not.to.deep.equal(answersB);
  expect(saidOfA).not.to.equal(saidOfB);
  return {
    lakeWithA: async (name) => {
      const lake = path.join(folder, name);
      await copyOfFirst(lake);
      return lake;
    },
    sourceOfB,
    answersB,
    namesAfterB: await namesIn(second),
    versionIn: async (lake) => {
      const inWarehouse = await answers(lake);
      const isB = isDeepStrictEqual(inWarehouse, answersB);
      const wanted = isB ? answersB : answersA;
      expect(inWarehouse, "the warehouse").to.deep.equal(wanted);
      expect(await answersInParquet(lake), "the Parquet files").to.deep.equal(wanted);
      expect(await said(lake), "npm run ask").to.equal(isB ? saidOfB : saidOfA);
      return isB ? "B" : "A";
    },
  };
}

/** What stands in a lake, with the run's number out of it: links are not followed. */
export async function namesIn(lake: string): Promise<string[]> {
  const entries = await readdir(lake, { recursive: true, withFileTypes: true });
  const names = entries.map((entry) =>
    path.relative(lake, path.join(entry.parentPath, entry.name)),
  );
  const runs = await readdir(path.join(lake, "versions"));
  expect(runs, "versions").to.have.length(1);
  return names.map((name) => name.replace(runs[0]!, "RUN")).sort();
}

async function answersInParquet(lake: string): Promise<Answers> {
  const tables = (await catalog()).tables.filter(({ layer }) => layer !== "ops");
  const queries = tables.map(
    (table) => `select * from read_parquet(${tableFiles(lake, table)}) order by all`,
  );
  const rows = await askAll(path.join(lake, "warehouse.duckdb"), queries);
  return Object.fromEntries(tables.map(({ id }, index) => [id, rows[index] ?? []]));
}

async function said(lake: string): Promise<string> {
  const { code, stdout, stderr } = await runProgram("scripts/ask.ts", ["--lake", lake, question]);
  expect(code, stderr).to.equal(0);
  return stdout;
}
