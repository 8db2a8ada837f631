import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../../errors.ts";
import { sha256Of } from "../../checksum.ts";
import type { TransferProgress } from "../../report/transfer.ts";
import { asked, type FilePlace, type Place, uriOf } from "./client.ts";
import { meterOf } from "./meter.ts";
import { sendFile } from "./send.ts";
import { deleteObjects, eachAtOnce } from "./transfer.ts";

/** A file as it was received, and whose it is. */
export interface RawFile {
  source: string;
  file: string;
}

/**
 * Lets the bucket have files as they were received, by what they hold:
 * `raw/<source>/<SHA-256>/<name>`. What is there is not sent again.
 *
 * @throws MarqueeError (input) where a file changes while it is sent: it is not kept then
 */
export async function placeRaw(
  place: FilePlace,
  files: readonly RawFile[],
  progress: TransferProgress,
): Promise<void> {
  const all = await Promise.all(
    files.map(async (one) => ({ ...one, ...(await markOf(one.file)) })),
  );
  const meter = meterOf(all, progress);
  await eachAtOnce(all, async ({ source, file, bytes, changedAt }) => {
    // Names of objects have no line breaks.
    const tidied = path.basename(file).replace(/\p{Cc}/gu, "_");
    const hash = await sha256Of(file);
    const name = `raw/${source}/${hash}/${tidied}`;
    if (await isThere(place, name)) {
      meter.spared(bytes);
      return;
    }
    await sendFile(place, { file, bytes, name }, meter);
    if ((await markOf(file)).changedAt === changedAt) return;
    await deleteObjects(place, [name]);
    throw changed(file);
  });
}

/** By what one sees that a file is another one now. */
async function markOf(file: string): Promise<{ bytes: number; changedAt: number }> {
  const { size, mtimeMs } = await stat(file);
  return { bytes: size, changedAt: mtimeMs };
}

function changed(file: string): MarqueeError {
  return new MarqueeError({
    reason: "input",
    what: `${file} was changed while it was sent`,
    next: "Run again once nobody writes to it",
  });
}

/**
 * Lets the bucket have a program by what it says, `drivers/<SHA-256>.py`, so that a run that goes on
 * has its own whatever another one brings.
 *
 * @returns its name
 */
export async function placeDriver(place: Place, text: string): Promise<string> {
  const name = `drivers/${createHash("sha256").update(text).digest("hex")}.py`;
  if (!(await isThere(place, name))) await saveText(place, name, text);
  return name;
}

export async function saveText(place: Place, name: string, text: string): Promise<void> {
  await asked(place, `writing ${uriOf(place, name)}`, () =>
    place.bucket.file(name).save(text, {
      resumable: false,
      validation: "crc32c",
    }),
  );
}

async function isThere(place: Place, name: string): Promise<boolean> {
  return asked(place, `looking for ${uriOf(place, name)}`, async () => {
    const [exists] = await place.bucket.file(name).exists();
    return exists;
  });
}
