import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";

import { asked, type Place, uriOf } from "./client.ts";
import type { Tick } from "./place.ts";
import { eachAtOnce, sendFile } from "./transfer.ts";

/** A file as it was received, and whose it is. */
export interface RawFile {
  source: string;
  file: string;
}

/**
 * Lets the bucket have files as they were received, by what they hold:
 * `raw/<source>/<SHA-256>/<name>`. What is there is not sent again.
 */
export async function placeRaw(place: Place, files: readonly RawFile[], tick: Tick): Promise<void> {
  await eachAtOnce(files, async ({ source, file }) => {
    const name = path.basename(file);
    tick(name);
    // Names of objects have no line breaks.
    const tidied = name.replace(/\p{Cc}/gu, "_");
    const target = `raw/${source}/${await sha256Of(file)}/${tidied}`;
    if (!(await isThere(place, target))) await sendFile(place, file, target);
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
    place.bucket.file(name).save(text, { resumable: false, validation: "crc32c" }),
  );
}

async function isThere(place: Place, name: string): Promise<boolean> {
  return asked(place, `looking for ${uriOf(place, name)}`, async () => {
    const [exists] = await place.bucket.file(name).exists();
    return exists;
  });
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
