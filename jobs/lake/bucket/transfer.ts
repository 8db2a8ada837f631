import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";

import type { FileMetadata } from "@google-cloud/storage";
import pLimit from "p-limit";

import { asked, atOnce, type Place, statusOf, uriOf } from "./client.ts";
import { crc32cOf } from "./crc32c.ts";
import { chunksOf, damagedOnTheWay, retried } from "./download.ts";

/** An object as Cloud Storage knows it. */
export interface StoredFile {
  name: string;
  bytes: number;
  /** In base64, as Cloud Storage writes it. */
  crc32c: string;
}

/**
 * Does something with each of some things, several at once, and waits for all that has begun even
 * where one fails.
 */
export async function eachAtOnce<T, R>(
  things: readonly T[],
  work: (thing: T) => Promise<R>,
): Promise<R[]> {
  const failures: unknown[] = [];
  const tried = async (thing: T): Promise<{ result: R } | undefined> => {
    if (failures.length > 0) return undefined;
    try {
      return { result: await work(thing) };
    } catch (error) {
      failures.push(error);
      return undefined;
    }
  };
  const done = await pLimit(atOnce).map(things, tried);
  if (failures.length > 0) throw failures[0];
  return done.flatMap((one) => (one === undefined ? [] : [one.result]));
}

/**
 * Fetches an object into a file, again from its start where it breaks off or comes damaged.
 *
 * @throws MarqueeError (cloud) where its bytes are not those that it should have
 */
export async function fetchFile(place: Place, stored: StoredFile, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await asked(place, `downloading ${uriOf(place, stored.name)}`, () =>
    retried(place, async () => {
      await pipeline(chunksOf(place, stored.name), createWriteStream(target));
      // Checked on the disk, where it is read from later, and not on its way there.
      if ((await crc32cOf(target)) !== stored.crc32c)
        throw damagedOnTheWay(place, stored.name, stored.crc32c);
    }),
  );
}

/**
 * Copies an object within the bucket: no byte comes here.
 *
 * @returns undefined where it has other bytes by now, or is not there any more
 */
export async function copyObject(
  place: Place,
  from: StoredFile,
  name: string,
): Promise<StoredFile | undefined> {
  return asked(place, `copying ${uriOf(place, from.name)}`, async () => {
    try {
      const [, answer] = await place.bucket.file(from.name).copy(place.bucket.file(name));
      const { resource } = answer as { resource?: FileMetadata };
      const copy = storedAs(name, resource ?? {});
      return copy.crc32c === from.crc32c && copy.bytes === from.bytes ? copy : undefined;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  });
}

/** The objects below a name. */
export async function listObjects(place: Place, prefix: string): Promise<StoredFile[]> {
  return asked(place, `listing ${uriOf(place, prefix)}`, async () => {
    const [files] = await place.bucket.getFiles({ prefix });
    return files.map(({ name, metadata }) => storedAs(name, metadata));
  });
}

export async function deleteObjects(place: Place, names: readonly string[]): Promise<void> {
  await eachAtOnce(names, (name) =>
    asked(place, `deleting ${uriOf(place, name)}`, () =>
      place.bucket.file(name).delete({ ignoreNotFound: true }),
    ),
  );
}

/** An object, by what the API says of it. */
export function storedAs(name: string, { size, crc32c }: FileMetadata): StoredFile {
  return { name, bytes: Number(size), crc32c: crc32c ?? "" };
}
