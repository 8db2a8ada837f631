import { mkdir, readdir, rm, rmdir, statfs } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../../errors.ts";

/**
 * Does work that fills a folder, which is made, or is there and empty. Where the work fails, all is
 * as it was before.
 *
 * @throws MarqueeError (lake) for a folder that cannot be made or is not empty, and what work throws
 */
export async function intoFolder(folder: string, work: () => Promise<void>): Promise<void> {
  const firstMade = await makeFolder(folder);
  try {
    await work();
  } catch (error) {
    // What went wrong first is what a person needs to hear.
    await unmakeFolder(folder, firstMade).catch(() => undefined);
    throw error;
  }
}

/** @throws MarqueeError (lake) where a folder's disk has less room than that */
export async function expectRoom(folder: string, bytes: number): Promise<void> {
  const disk = await statfs(folder).catch((error: unknown) => {
    throw unwritable(folder, error);
  });
  const room = disk.bavail * disk.bsize;
  // Some network file systems do not tell their size.
  if (disk.blocks === 0 || bytes <= room) return;
  throw new MarqueeError({
    reason: "lake",
    what: `the disk is too full to unpack into ${folder}: ${bytes} bytes are needed and ${room} are there`,
    next: makeRoom,
  });
}

/** One line for what the system says when the folder is written to. */
export function unwritable(folder: string, error: unknown): MarqueeError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const full = code === "ENOSPC" || code === "EDQUOT";
  return new MarqueeError({
    reason: "lake",
    what: full
      ? `the disk is full: the files for ${folder} do not fit`
      : `${folder} cannot be written to (${code})`,
    next: full ? makeRoom : "Look at the folder, or name another one with --lake",
    cause: error,
  });
}

const makeRoom = "Make room and run again, or name another folder with --lake";

/** @returns the first folder on the way that had to be made, if any */
async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    const firstMade = await mkdir(path.resolve(folder), { recursive: true });
    if (firstMade !== undefined || (await readdir(folder)).length === 0) return firstMade;
  } catch (error) {
    throw unwritable(folder, error);
  }
  throw new MarqueeError({
    reason: "lake",
    what: `${folder} is not empty`,
    next: "Move away what is in it, or name another folder with --lake",
  });
}

async function unmakeFolder(folder: string, firstMade: string | undefined): Promise<void> {
  for (const name of await readdir(folder)) {
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
  if (firstMade === undefined) return;
  // One by one, so that what others have put into the folders above stays.
  let place = path.resolve(folder);
  while (place.length >= firstMade.length) {
    await rmdir(place);
    place = path.dirname(place);
  }
}
