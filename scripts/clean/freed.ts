import { lstat, readdir } from "node:fs/promises";
import path from "node:path";

/**
 * Bytes that come free when groups of places are removed, all of them together.
 *
 * A file may have several names, since versions share what they have in common: it frees nothing as
 * long as one of its names stays, and counts once, for the first group that it is in.
 */
export async function freedBytes(groups: readonly (readonly string[])[]): Promise<number[]> {
  const files = new Map<string, { bytes: number; names: number; group: number }>();
  for (const [group, places] of groups.entries()) {
    for (const file of (await Promise.all(places.map(filesIn))).flat()) {
      const { dev, ino, nlink, size } = await lstat(file, { bigint: true });
      const id = `${dev}:${ino}`;
      const known = files.get(id) ?? { bytes: Number(size), names: Number(nlink), group };
      files.set(id, { ...known, names: known.names - 1 });
    }
  }
  const freed = groups.map(() => 0);
  for (const { bytes, names, group } of files.values()) {
    if (names === 0) freed[group] = (freed[group] ?? 0) + bytes;
  }
  return freed;
}

/** A place itself, or every file below it; links are not followed, since what they mean stays. */
async function filesIn(place: string): Promise<string[]> {
  if (!(await lstat(place)).isDirectory()) return [place];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
