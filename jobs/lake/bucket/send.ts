import { createReadStream } from "node:fs";

import type { FileMetadata } from "@google-cloud/storage";

import { MarqueeError } from "../../../errors.ts";
import { asked, type FilePlace, type Place, statusOf, uriOf } from "./client.ts";
import { crc32cOf, type Range } from "./crc32c.ts";
import type { Meter } from "./meter.ts";
import {
  copyObject,
  deleteObjects,
  eachAtOnce,
  listObjects,
  storedAs,
  type StoredFile,
} from "./transfer.ts";

/** A file of this machine, and the name that its object is to have. */
export interface Sending {
  file: string;
  bytes: number;
  name: string;
}

/** Where parts wait until all of them are there, or the rules for work delete them. */
export const partsFolder = "work/parts";

/** So many objects become one in one request. @see https://cloud.google.com/storage/docs/composite-objects */
const mostParts = 32;

/**
 * Sends a file, which Cloud Storage has whole or not at all: the checksums are compared.
 *
 * A large one goes in parts. A small one goes in one request, of which the client sends all again
 * where it breaks off: its resumable uploads end the process, by an error that nobody can catch, where
 * after a break also the question fails how much has come.
 */
export async function sendFile(
  place: FilePlace,
  sending: Sending,
  meter: Meter,
): Promise<StoredFile> {
  const { file, bytes, name } = sending;
  if (bytes > place.patience.partBytes) return sendInParts(place, sending, meter);
  const stored = await asked(place, `uploading ${uriOf(place, name)}`, async () => {
    const how = { destination: name, validation: "crc32c", resumable: false };
    const { bucket, inTurn } = place.uploads;
    const [object] = await inTurn(() => bucket.upload(file, how));
    return storedAs(name, object.metadata);
  });
  meter.moved(bytes);
  return stored;
}

/**
 * Sends a file in parts, several at once, of which Cloud Storage then makes one object. Parts that are
 * there, from a run that broke off, are not sent again.
 *
 * @throws MarqueeError (cloud) where what has come are not the file's bytes: nothing has its name then
 */
async function sendInParts(
  place: FilePlace,
  { file, bytes, name }: Sending,
  meter: Meter,
): Promise<StoredFile> {
  const parts = partsOf(name, bytes, place.patience.partBytes);
  const there = await listObjects(place, `${partsFolder}/${name}/`);
  await eachAtOnce(parts, async ({ range, part }) => {
    const before = there.find((one) => one.name === part);
    const bytesOfPart = range.end - range.start;
    if (before !== undefined && before.crc32c === (await crc32cOf(file, range))) {
      meter.spared(bytesOfPart);
      return;
    }
    await sendPart(place, file, range, part);
    meter.moved(bytesOfPart);
  });
  const names = parts.map(({ part }) => part);
  const whole = await putTogether(place, names, `${partsFolder}/${name}/whole`);
  // It has its own name only once it is known to be right: who finds it there asks no more.
  const isRight = whole.crc32c === (await crc32cOf(file));
  const stored = isRight ? await copyObject(place, whole, name) : undefined;
  // What stays of them is in nobody's way, and rules delete it.
  await deleteObjects(place, [...names, whole.name]).catch(() => undefined);
  if (stored === undefined) throw damagedUpload(place, name);
  return stored;
}

async function putTogether(
  place: Place,
  parts: readonly string[],
  name: string,
): Promise<StoredFile> {
  return asked(place, `putting ${uriOf(place, name)} together`, async () => {
    const sources = parts.map((part) => place.bucket.file(part));
    try {
      const [, answer] = await place.bucket.combine(sources, place.bucket.file(name));
      return storedAs(name, answer as FileMetadata);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      throw new MarqueeError({
        reason: "cloud",
        what: `parts of ${uriOf(place, name)} were deleted while it was sent`,
        next: "Run again",
        cause: error,
      });
    }
  });
}

/** The name of a part says which bytes it has, so that parts of other sizes are others. */
function partsOf(name: string, bytes: number, least: number): { range: Range; part: string }[] {
  const size = Math.max(least, Math.ceil(bytes / mostParts));
  return Array.from({ length: Math.ceil(bytes / size) }, (_, index) => {
    const range = { start: index * size, end: Math.min(bytes, (index + 1) * size) };
    return { range, part: `${partsFolder}/${name}/${range.start}-${range.end}` };
  });
}

async function sendPart(
  place: FilePlace,
  file: string,
  { start, end }: Range,
  part: string,
): Promise<void> {
  const { bucket, inTurn } = place.uploads;
  await asked(place, `uploading ${uriOf(place, part)}`, () =>
    inTurn(() =>
      // A function, so that the client can read the bytes again where a connection breaks.
      bucket.file(part).save(() => createReadStream(file, { start, end: end - 1 }), {
        resumable: false,
        validation: "crc32c",
      }),
    ),
  );
}

function damagedUpload(place: Place, name: string): MarqueeError {
  return new MarqueeError({
    reason: "cloud",
    what: `uploading ${uriOf(place, name)}: what came is not what the file holds`,
    next: "Run again, and let nobody change the file meanwhile",
  });
}
