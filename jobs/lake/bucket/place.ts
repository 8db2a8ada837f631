import type { TransferProgress } from "../../report/transfer.ts";
import type { FilePlace } from "./client.ts";
import { crc32cOf } from "./crc32c.ts";
import { meterOf } from "./meter.ts";
import { sendFile } from "./send.ts";
import { copyObject, eachAtOnce, type StoredFile } from "./transfer.ts";
import type { LocalFile } from "./version-files.ts";

/**
 * Lets the bucket have files below a folder of it. What it has already under another name is copied
 * there and not sent.
 *
 * @param known objects that may have the same bytes
 */
export async function placeFiles(
  place: FilePlace,
  files: readonly LocalFile[],
  {
    folder,
    known,
    progress,
  }: { folder: string; known: readonly StoredFile[]; progress: TransferProgress },
): Promise<StoredFile[]> {
  const meter = meterOf(files, progress);
  return eachAtOnce(files, async (local) => {
    const name = `${folder}/${local.name}`;
    // What stands below the folder itself may be replaced at this very moment.
    const others = known.filter((one) => one.name === name || !one.name.startsWith(`${folder}/`));
    const same = await sameAs(local, name, others);
    const there = same?.name === name ? same : same && (await copyObject(place, same, name));
    if (there === undefined) return sendFile(place, { ...local, name }, meter);
    meter.spared(local.bytes);
    return there;
  });
}

/** An object with the bytes of a file: that of a name, if it has them. */
async function sameAs(
  { file, bytes }: LocalFile,
  name: string,
  known: readonly StoredFile[],
): Promise<StoredFile | undefined> {
  const candidates = known.filter((one) => one.bytes === bytes);
  if (candidates.length === 0) return undefined;
  const crc32c = await crc32cOf(file);
  const same = candidates.filter((one) => one.crc32c === crc32c);
  return same.find((one) => one.name === name) ?? same[0];
}
