import { symlink } from "node:fs/promises";
import path from "node:path";

import { clean } from "../../scripts/clean/clean.ts";
import { type CleaningPlan, planCleaning } from "../../scripts/clean/plan.ts";
import { catalog } from "./catalog.ts";
import { failure } from "./errors.ts";
import { writeFiles } from "./folder.ts";
import { runLocally } from "./pipeline.ts";
import { tinySource } from "./tiny-source.ts";

export const kilobytes = (count: number): Buffer => Buffer.alloc(count * 1000, "x");

/** What a person reads who cleans a lake, having agreed beforehand or answering when asked. */
export async function cleaned(
  lake: string,
  answer: boolean | "agreed" = "agreed",
): Promise<string> {
  const { datasets } = await catalog();
  const told: string[] = [];
  await clean(lake, answer === "agreed", datasets, {
    tell: (text) => told.push(text),
    confirm: () => Promise.resolve(answer === true),
  });
  return told.join("\n");
}

export async function planned(lake: string): Promise<CleaningPlan> {
  return planCleaning(lake, (await catalog()).datasets);
}

export async function publishedLake(folder: string): Promise<{ lake: string; source: string }> {
  const lake = path.join(folder, "lake");
  const source = await tinySource(path.join(folder, "in"));
  await runLocally({ sources: [source], lake });
  return { lake, source };
}

/** Beside published tables: the work of a failed run, and whatever a killed one can leave. */
export async function untidyLake(folder: string): Promise<{ lake: string; source: string }> {
  const { lake, source } = await publishedLake(folder);
  const bad = { "CUSR0000SS62031.csv": "DATE,CUSR0000SS62031\n2000-01-01,-5\n" };
  const failing = runLocally({ sources: [await tinySource(path.join(folder, "bad"), bad)], lake });
  await failure(failing, "check");
  await writeFiles(lake, {
    "versions/20000101T000000Z-0ad0/marts/a.parquet": kilobytes(3),
    "versions/20000101T000000Z-0ad0.next/lake.json": "{}",
    "versions/0123456789abcdef.heir": "{}",
    "versions/01234567-89ab-cdef-0123-456789abcdef.claim": "{}",
    "raw/fred/origin.json": "{}",
    "raw/fred/files/CUSR0000SS62031.csv": kilobytes(7),
    "raw/kaggle.next/the-movies-dataset.zip.part": kilobytes(11),
    "raw/kaggle.next/the-movies-dataset.zip.part.json": "{}",
    "raw/films.zip.unpacked/origin.json": "{}",
    "raw/films.zip.unpacked/files/ratings.csv": kilobytes(13),
  });
  await symlink("versions/20000101T000000Z-0ad0", path.join(lake, "current.next"));
  return { lake, source };
}
