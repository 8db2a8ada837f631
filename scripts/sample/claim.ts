import { readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { MarqueeError } from "../../errors.ts";
import { fileNames, type LayoutName, layoutNames } from "./layouts.ts";
import { partialName } from "./whole-file.ts";

/** Says that a folder's files are made up; written last, so that it also says that all are whole. */
export const originFile = "origin.json";

/** Where origin.json grows. From the first moment on it says that the folder is being filled. */
const mark = partialName(originFile);

export const generator = "scripts/sample.ts";

/** What the origin and the mark begin with. */
export function originOf(layout: LayoutName) {
  return { synthetic: true, generator, layout };
}

/** Replaces the mark by the origin. */
export async function writeOrigin(folder: string, origin: object): Promise<void> {
  await writeFile(join(folder, mark), `${JSON.stringify(origin, null, 2)}\n`);
  await rename(join(folder, mark), join(folder, originFile));
}

/**
 * Makes a folder ready for a sample: there is no origin.json while files are replaced, who was
 * interrupted may start again, and of an older sample no file stays that this one would not replace.
 * Ratings of two layouts in one folder would be a riddle to a reader.
 *
 * @throws MarqueeError (usage) where the folder holds files of some layout that are no older sample's
 */
export async function claim(folder: string, layout: LayoutName): Promise<void> {
  const present = new Set(await readdir(folder));
  const older = await olderSample(folder, present);
  const known = new Set(layoutNames.flatMap(fileNames));
  const ours = older === undefined ? [] : fileNames(older);
  const stranger = [...known].find((name) => present.has(name) && !ours.includes(name));
  if (stranger !== undefined) throw notASample(folder, stranger);

  if (present.has(originFile)) await rename(join(folder, originFile), join(folder, mark));
  if (older === layout) return;
  // Before the mark names the new layout: it must name all that may lie here if this is cut short.
  for (const name of ours.filter((old) => !fileNames(layout).includes(old)))
    for (const left of [name, partialName(name)]) await rm(join(folder, left), { force: true });
  await writeFile(join(folder, mark), `${JSON.stringify(originOf(layout))}\n`);
}

/** The layout of the sample that the folder holds, or that was begun in it. */
async function olderSample(
  folder: string,
  present: ReadonlySet<string>,
): Promise<LayoutName | undefined> {
  const said = [originFile, mark].find((name) => present.has(name));
  if (said === undefined) return undefined;
  const text = await readFile(join(folder, said), "utf8");
  // A pattern will do: this file is ours or it is somebody else's, and then it is left alone.
  if (said === originFile && !/^\{\s*"synthetic":\s*true\b/.test(text))
    throw notASample(folder, originFile);
  const layout = /"layout":\s*"([^"]*)"/.exec(text)?.[1];
  // Samples were Kaggle's before there were layouts to tell apart.
  return layoutNames.find((name) => name === layout) ?? "kaggle";
}

/** Real files take long to fetch: they are not overwritten by made-up ones, nor mixed with them. */
function notASample(folder: string, name: string): MarqueeError {
  return new MarqueeError({
    reason: "usage",
    what: `--to ${folder}: its ${name} is not from ${generator}, and would be lost or read with the sample`,
    next: "Give another folder, or empty this one",
  });
}
