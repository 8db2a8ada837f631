import { mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { MarqueeError } from "../../errors.ts";
import type { SampleAccount } from "./account.ts";
import { cpiText, series } from "./cpi.ts";
import { creditsText } from "./credits.ts";
import type { FileText } from "./csv.ts";
import { makeFilms } from "./films.ts";
import type { Source } from "./flaws.ts";
import { keywordsText } from "./keywords.ts";
import { linksText } from "./links.ts";
import { moviesText } from "./movies.ts";
import { ratingsText } from "./ratings.ts";
import { sampleSizes, type SampleOptions } from "./sizes.ts";
import { partialName, writeWhole } from "./whole-file.ts";

export type { SampleAccount, SourceAccount } from "./account.ts";
export type { SampleOptions } from "./sizes.ts";

/** The file of each source. */
export const sampleFiles: Readonly<Record<Source, string>> = {
  ratings: "ratings.csv",
  movies: "movies_metadata.csv",
  links: "links.csv",
  keywords: "keywords.csv",
  credits: "credits.csv",
  cpi: `${series}.csv`,
};

/** Says that a folder's files are made up; written last, so that it also says that all are whole. */
export const originFile = "origin.json";

const generator = "scripts/sample.ts";

/**
 * Writes a synthetic delivery into a folder: files in the shape of The Movies Dataset and of FRED,
 * flaws included. The same options give the same bytes everywhere.
 *
 * @returns what a reader of these files must arrive at; origin.json holds the same
 * @throws MarqueeError when the options are impossible, the folder holds other data, or it cannot
 * be written
 */
export async function writeSample(folder: string, options: SampleOptions): Promise<SampleAccount> {
  const { seed, ...sizes } = sampleSizes(options);
  const films = makeFilms(seed, sizes);
  const texts: Record<Source, () => FileText> = {
    ratings: () => ratingsText(films, sizes, seed),
    movies: () => moviesText(films, sizes, seed),
    links: () => linksText(films, sizes, seed),
    keywords: () => keywordsText(films, sizes, seed),
    credits: () => creditsText(films, sizes, seed),
    cpi: () => cpiText(seed),
  };

  try {
    await mkdir(folder, { recursive: true });
    await claim(folder);
    const account: Partial<SampleAccount> = {};
    for (const source of Object.keys(texts) as Source[])
      account[source] = await writeWhole(folder, sampleFiles[source], texts[source]());
    const origin = { synthetic: true, generator, seed, account };
    const partial = join(folder, partialName(originFile));
    await writeFile(partial, `${JSON.stringify(origin, null, 2)}\n`);
    await rename(partial, join(folder, originFile));
    return account as SampleAccount;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new MarqueeError({
      reason: "usage",
      what: `--to ${folder}: the sample cannot be written (${error.message})`,
      next: "Give a folder that can be written and has room",
      cause: error,
    });
  }
}

/**
 * Marks the folder as being filled with a sample. The mark is origin.json under its temporary
 * name: there is no origin.json while files are replaced, and who was interrupted may start again.
 */
async function claim(folder: string): Promise<void> {
  const mark = partialName(originFile);
  const present = new Set(await readdir(folder));
  if (present.has(originFile)) {
    await refuseUnlessSynthetic(folder);
    await rename(join(folder, originFile), join(folder, mark));
    return;
  }
  const stranger = Object.values(sampleFiles).find((name) => present.has(name));
  if (stranger !== undefined && !present.has(mark)) throw notASample(folder, stranger);
  await writeFile(join(folder, mark), `${JSON.stringify({ synthetic: true, generator })}\n`);
}

async function refuseUnlessSynthetic(folder: string): Promise<void> {
  const text = await readFile(join(folder, originFile), "utf8");
  // A pattern will do: this file is ours or it is somebody else's, and then it is left alone.
  if (!/^\{\s*"synthetic":\s*true\b/.test(text)) throw notASample(folder, originFile);
}

/** Real files take long to fetch: they are not overwritten by made-up ones. */
function notASample(folder: string, name: string): MarqueeError {
  return new MarqueeError({
    reason: "usage",
    what: `--to ${folder}: its ${name} is not from ${generator} and would be lost`,
    next: "Give another folder, or empty this one",
  });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
