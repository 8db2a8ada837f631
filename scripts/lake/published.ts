import { lstat, readdir, readlink } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import { type LakeState, readState } from "../../jobs/lake/state.ts";
import { holderOf } from "../../jobs/lake/lock.ts";

/** The name of a version, which is that of the run that made it. */
export const versionName = /^\d{8}T\d{6}Z-[0-9a-f]{4}$/;

/** The version that readers of a lake see now, by its own folder. */
export interface Published {
  folder: string;
  state: LakeState;
}

/**
 * Resolves `current` once: it may come to mean another version a moment later.
 *
 * @returns undefined where no run has published anything
 * @throws MarqueeError (lake) where `current` is no link of Marquee's, or its version is not whole
 */
export async function publishedIn(lake: string): Promise<Published | undefined> {
  const link = path.join(lake, "current");
  const target = await readlink(link).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "EINVAL") throw broken(`${link} is not a link: a copy has lost it`);
    throw error;
  });
  if (target === undefined) return undefined;
  if (path.dirname(target) !== "versions") throw broken(`${link} leads out of the lake`);
  const folder = path.join(lake, target);
  const state = await readState(path.join(folder, "lake.json"));
  if (state === undefined) throw broken(`${link} points to ${target}, which is not there`);
  return { folder, state };
}

/**
 * Gives what a reader makes of the published version, and reads again where a run has published
 * another one meanwhile and removed the files that were being read.
 *
 * @param read is given undefined where nothing is published
 */
export async function readPublished<T>(
  lake: string,
  read: (published: Published | undefined) => Promise<T>,
): Promise<T> {
  for (;;) {
    const before = await linkOf(lake);
    try {
      return await read(await publishedIn(lake));
    } catch (error) {
      if ((await linkOf(lake)) === before) throw error;
    }
  }
}

async function linkOf(lake: string): Promise<string | undefined> {
  return readlink(path.join(lake, "current")).catch(() => undefined);
}

/**
 * Whether a folder is a lake beyond doubt: `work` and `raw` are names that anybody may use.
 *
 * @throws MarqueeError (usage) where it is none
 */
export async function expectLake(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw noLake(`there is no lake ${folder}`);
    if (code === "ENOTDIR") throw noLake(`${folder} is a file, not a lake`);
    throw broken(`the lake ${folder} cannot be read (${code ?? String(error)})`);
  });
  if (names.length === 0) throw noLake(`the lake ${folder} is empty: no run was ever made in it`);
  if (!(await isLake(folder, names))) {
    throw noLake(`${folder} is no lake: nothing in it was made by Marquee for certain`);
  }
}

async function isLake(folder: string, names: readonly string[]): Promise<boolean> {
  const versions = await lstat(path.join(folder, "versions")).catch(() => undefined);
  // Every run begins with this folder.
  if (versions?.isDirectory() !== true) return false;
  if (names.length === 1 || names.includes("current")) return true;
  const made = await readdir(path.join(folder, "versions"));
  if (made.some((name) => versionName.test(name.replace(/\.next$/, "")))) return true;
  const holder = await holderOf(folder);
  if (holder?.claim !== undefined) return true;
  return (await workState(folder)) !== undefined;
}

/** What the unfinished tables of a lake are; undefined where there are none to go on with. */
export async function workState(lake: string): Promise<LakeState | undefined> {
  return readState(path.join(lake, "work", "lake.json")).catch((error: unknown) => {
    // One that was cut off in the middle of writing: a run begins anew then.
    if (error instanceof MarqueeError) return undefined;
    throw error;
  });
}

function noLake(what: string): MarqueeError {
  return new MarqueeError({
    reason: "usage",
    what,
    next: "Make one with npm run pipeline, or name another folder with --lake",
  });
}

function broken(what: string): MarqueeError {
  return new MarqueeError({
    reason: "lake",
    what,
    next: "Look at the folder, or name another one with --lake",
  });
}
