import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { MarqueeError } from "../../errors.ts";
import { asWord } from "../command-line.ts";
import { replaceJson } from "../lake/json-file.ts";

const mark = z.object({ bucket: z.string() });

/** The file of a folder that says whose working copy it is. */
export const markName = "bucket.json";

const markIn = (folder: string): string => path.join(folder, markName);

/**
 * Sees to it that a lake's folder can be the working copy of a bucket: what lies in it is replaced by
 * what the bucket has. A mark of another bucket counts only where there are tables of that one: a run
 * whose settings named the wrong project leaves nothing but the mark.
 *
 * @throws MarqueeError (lake) where it has tables of its own, or those of another bucket
 */
export async function expectWorkingCopy(folder: string, bucket: string): Promise<void> {
  const of = await bucketOf(folder);
  if (of === bucket) return;
  // Prepared tables count too: a run that goes on with them would carry them to the wrong bucket.
  const parts = of === undefined ? ["current"] : ["current", "work"];
  if (!parts.some((part) => existsSync(path.join(folder, part, "lake.json")))) return;
  const [what, next] =
    of === undefined
      ? ["tables of its own", "or leave --lake out"]
      : [`the tables of gs://${of}`, `or delete this one: gs://${of} has what was published`];
  throw new MarqueeError({
    reason: "lake",
    what: `${folder} holds ${what}: it cannot be the working copy of gs://${bucket}`,
    next: `Name another folder with --lake, ${next}`,
  });
}

/**
 * Marks a folder that can be the working copy of a bucket as such. Before tables of the bucket come
 * into it, or a killed run would leave them looking like its own; after the bucket was found, or one
 * that is nobody's would have a working copy.
 */
export async function markWorkingCopy(folder: string, bucket: string): Promise<void> {
  if ((await bucketOf(folder)) === bucket) return;
  await mkdir(folder, { recursive: true });
  await replaceJson(markIn(folder), { bucket });
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
