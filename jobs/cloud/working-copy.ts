import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { MarqueeError } from "../../errors.ts";
import { asWord } from "../command-line.ts";

const mark = z.object({ bucket: z.string() });

const markIn = (folder: string): string => path.join(folder, "bucket.json");

/**
 * Sees to it that a lake's folder is the working copy of a bucket: what lies in it is replaced by what
 * the bucket has.
 *
 * @throws MarqueeError (lake) where it has tables of its own, or those of another bucket
 */
export async function expectWorkingCopy(folder: string, bucket: string): Promise<void> {
  const of = await bucketOf(folder);
  if (of === bucket) return;
  const isUsed = existsSync(path.join(folder, "current", "lake.json"));
  if (of === undefined && !isUsed) {
    await mkdir(folder, { recursive: true });
    return writeFile(markIn(folder), `${JSON.stringify({ bucket }, null, 2)}\n`);
  }
  const what = of === undefined ? "tables of its own" : `the tables of gs://${of}`;
  throw new MarqueeError({
    reason: "lake",
    what: `${folder} holds ${what}: it cannot be the working copy of gs://${bucket}`,
    next: "Name another folder with --lake, or leave --lake out",
  });
}

/** @throws MarqueeError (lake) where a folder is a bucket's: what a local run makes would be lost */
export async function expectOwnLake(folder: string): Promise<void> {
  const bucket = await bucketOf(folder);
  if (bucket === undefined) return;
  throw new MarqueeError({
    reason: "lake",
    what: `${folder} is the working copy of gs://${bucket}`,
    next: `Name another folder with --lake, or run with --target hybrid --lake ${asWord(folder)}`,
  });
}

/** Whose working copy a lake's folder is; undefined where it is none. */
export async function bucketOf(folder: string): Promise<string | undefined> {
  const text = await readFile(markIn(folder), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return mark.parse(JSON.parse(text)).bucket;
  } catch (error) {
    throw new MarqueeError({
      reason: "lake",
      what: `${markIn(folder)} is damaged`,
      next: "Delete the folder and run again: the bucket has all of it",
      cause: error,
    });
  }
}
