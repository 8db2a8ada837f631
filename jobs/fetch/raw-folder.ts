import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import { originFile } from "./origin.ts";

/** Where a raw folder's successor is built, and where its predecessor is put aside for a moment. */
const nextOf = (folder: string): string => `${folder}.next`;
const oldOf = (folder: string): string => `${folder}.old`;

/**
 * Puts right what a run left that was killed between the renames of `replaceByNext`.
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
 * The folder in which a raw folder's successor is built; what an interrupted fetch left there stays,
 * so that a download can go on.
 */
export async function openNext(folder: string): Promise<string> {
  await mkdir(nextOf(folder), { recursive: true });
  return nextOf(folder);
}

/** Puts the successor in the folder's place; readers find all of the old files or all of the new. */
export async function replaceByNext(folder: string): Promise<void> {
  if (await exists(folder)) await rename(folder, oldOf(folder));
  await rename(nextOf(folder), folder).catch(async (error: unknown) => {
    await repair(folder);
    throw error;
  });
  await rm(oldOf(folder), { recursive: true, force: true });
}

/** Clears away what was begun and is not wanted any more. */
export async function dropNext(folder: string): Promise<void> {
  await rm(nextOf(folder), { recursive: true, force: true });
}

/** Whether a download was begun that could go on. */
export async function isBegun(folder: string, file: string): Promise<boolean> {
  return exists(path.join(nextOf(folder), `${file}.part`));
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
