import { createReadStream } from "node:fs";

import type { FileMetadata } from "@google-cloud/storage";

import { MarqueeError } from "../../../errors.ts";
import { asked, type Place, uriOf } from "./client.ts";
import { crc32cOf, type Range } from "./crc32c.ts";
import { deleteObjects, eachAtOnce, listObjects, storedAs, type StoredFile } from "./transfer.ts";

/** A file of this machine, and the name that its object is to have. */
export interface Sending {
  file: string;
  bytes: number;
  name: string;
}

/** Told of bytes that are there, again and again. */
export type Sent = (bytes: number) => void;

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
export async function sendFile(place: Place, sending: Sending, sent: Sent): Promise<StoredFile> {
  const { file, bytes, name } = sending;
  if (bytes > place.patience.partBytes) return sendInParts(place, sending, sent);
  const stored = await asked(place, `uploading ${uriOf(place, name)}`, async () => {
    const [object] = await place.bucket.upload(file, {
      destination: name,
      validation: "crc32c",
      resumable: false,
    });
    return storedAs(name, object.metadata);
  });
  sent(bytes);
  return stored;
}

/**
 * Sends a file in parts, several at once, of which Cloud Storage then makes one object. Parts that are
 * there, from a run that broke off, are not sent again.
 *
 * @throws MarqueeError (cloud) where the object has not the file's bytes: it is taken away again
 */
async function sendInParts(
  place: Place,
  { file, bytes, name }: Sending,
  sent: Sent,
): Promise<StoredFile> {
  const parts = partsOf(name, bytes, place.patience.partBytes);
  const there = await listObjects(place, `${partsFolder}/${name}/`);
  await eachAtOnce(parts, async ({ range, part }) => {
    const before = there.find((one) => one.name === part);
    const isThere = before !== undefined && before.crc32c === (await crc32cOf(file, range));
    if (!isThere) await sendPart(place, file, range, part);
    sent(range.end - range.start);
  });
  const whole = await asked(place, `putting ${uriOf(place, name)} together`, async () => {
    const sources = parts.map(({ part }) => place.bucket.file(part));
    const [, answer] = await place.bucket.combine(sources, place.bucket.file(name));
    return storedAs(name, answer as FileMetadata);
  });
  if (whole.crc32c !== (await crc32cOf(file))) {
    await deleteObjects(place, [name]);
    throw damagedUpload(place, name);
  }
  await deleteObjects(
    place,
    parts.map(({ part }) => part),
  );
  return whole;
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
  place: Place,
  file: string,
  { start, end }: Range,
  part: string,
): Promise<void> {
  await asked(place, `uploading ${uriOf(place, part)}`, () =>
    // A function, so that the client can read the bytes again where a connection breaks.
    place.bucket.file(part).save(() => createReadStream(file, { start, end: end - 1 }), {
      resumable: false,
      validation: "crc32c",
    }),
  );
}

function damagedUpload(place: Place, name: string): MarqueeError {
  return new MarqueeError({
    reason: "cloud",
    what: `uploading ${uriOf(place, name)}: what came is not what the file holds`,
    next: "Run again, and let nobody change the file meanwhile",
  });
}
