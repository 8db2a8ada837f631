import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";

import { MarqueeError } from "../../errors.ts";
import { type Origin, originFile, writeOrigin } from "./origin.ts";

/** Where a raw folder's predecessor is put aside for a moment. */
const oldOf = (folder: string): string => `${folder}.old`;

/**
 * Puts right what a run left that was killed between the renames of `replaceRaw`.
 *
 * @throws MarqueeError (lake) where something else is in the folder's place, which a fetch would replace
 */
export async function repair(folder: string): Promise<void> {
  if ((await exists(folder)) && !(await isOurs(folder))) {
    throw new MarqueeError({
      reason: "lake",
      what: `${folder} is in the way: Marquee did not fetch what is there`,
      next: "Move it out of the lake, and name it with --source if it is to be read",
    });
  }
  if (!(await exists(folder)) && (await exists(oldOf(folder)))) await rename(oldOf(folder), folder);
  await rm(oldOf(folder), { recursive: true, force: true });
}

/**
 * Builds a raw folder's successor beside it and puts it in its place: readers find all of the old
 * files or all of the new. What an interrupted download left in it is kept, so that it can go on.
 *
 * @param build fills the folder that it is given and tells where its files come from; undefined
 *   leaves all as it was
 * @returns whether there is a successor
 */
export async function replaceRaw(
  folder: string,
  build: (next: string) => Promise<Origin | undefined>,
): Promise<boolean> {
  const next = `${folder}.next`;
  await mkdir(next, { recursive: true });
  try {
    const origin = await build(next);
    if (origin === undefined) {
      await rm(next, { recursive: true, force: true });
      return false;
    }
    await writeOrigin(next, origin);
    await takePlace(next, folder);
    return true;
  } catch (error) {
    // What was received so far is worth keeping only where a later run can go on with it.
    if (!(await holdsPart(next))) await rm(next, { recursive: true, force: true });
    throw error;
  }
}

async function takePlace(next: string, folder: string): Promise<void> {
  if (await exists(folder)) await rename(folder, oldOf(folder));
  await rename(next, folder).catch(async (error: unknown) => {
    await repair(folder);
    throw error;
  });
  await rm(oldOf(folder), { recursive: true, force: true });
}

async function holdsPart(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return entries.some((name) => name.endsWith(".part"));
}

async function isOurs(folder: string): Promise<boolean> {
  const entries = await readdir(folder).catch(() => ["not a folder"]);
  return entries.length === 0 || entries.includes(originFile);
}

async function exists(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  );
}
