import type { Place } from "./client.ts";
import { crc32cOf } from "./crc32c.ts";
import { copyObject, eachAtOnce, sendFile, type StoredFile } from "./transfer.ts";
import type { LocalFile } from "./version-files.ts";

/** Told of each file as it is begun. */
export type Tick = (what: string) => void;

/**
 * Lets the bucket have files below a folder of it. What it has already under another name is copied
 * there and not sent.
 *
 * @param known objects that may have the same bytes
 */
export async function placeFiles(
  place: Place,
  files: readonly LocalFile[],
  { folder, known, tick }: { folder: string; known: readonly StoredFile[]; tick: Tick },
): Promise<StoredFile[]> {
  return eachAtOnce(files, async (file) => {
    const name = `${folder}/${file.name}`;
    tick(file.name);
    // What stands below the folder itself may be replaced at this very moment.
    const others = known.filter((one) => one.name === name || !one.name.startsWith(`${folder}/`));
    const same = await sameAs(file, others);
    if (same?.name === name) return same;
    return (same && (await copyObject(place, same, name))) ?? sendFile(place, file.file, name);
  });
}

async function sameAs(
  { file, bytes }: LocalFile,
  known: readonly StoredFile[],
): Promise<StoredFile | undefined> {
  const candidates = known.filter((one) => one.bytes === bytes);
  if (candidates.length === 0) return undefined;
  const crc32c = await crc32cOf(file);
  return candidates.find((one) => one.crc32c === crc32c);
}
