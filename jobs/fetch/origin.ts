import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

const file = z.strictObject({ name: z.string(), bytes: z.number() });

const originSchema = z.strictObject({
  /** The dataset's name, or the path of the zip that a person named. */
  source: z.string(),
  address: z.string(),
  licence: z.string().optional(),
  redistributable: z.boolean().optional(),
  fetched_at: z.string(),
  /** The file as it was received: beside this one, or where the person keeps it. */
  received: z.strictObject({
    name: z.string(),
    bytes: z.number(),
    sha256: z.string(),
    md5: z.string().optional(),
    etag: z.string().optional(),
    last_modified: z.string().optional(),
  }),
  /** What is read, below files/. */
  files: z.array(file),
  /** Names of a zip's other entries. */
  left_packed: z.array(z.string()),
});

/** Where files come from: kept beside them as origin.json, so that they can be traced and checked. */
export type Origin = z.infer<typeof originSchema>;

export const originFile = "origin.json";

/** Below a raw folder: what prepare reads. */
export const filesFolder = "files";

/** Written last: a folder with an origin is whole. */
export async function writeOrigin(folder: string, origin: Origin): Promise<void> {
  await writeFile(path.join(folder, originFile), `${JSON.stringify(origin, null, 2)}\n`);
}

/**
 * Where a folder's files come from.
 *
 * @returns undefined where that is not known, or where the files are no longer those it tells of
 */
export async function readOrigin(folder: string): Promise<Origin | undefined> {
  const text = await readFile(path.join(folder, originFile), "utf8").catch(() => "");
  const origin = originSchema.safeParse(parsed(text)).data;
  if (origin === undefined) return undefined;
  for (const { name, bytes } of origin.files) {
    const status = await stat(path.join(folder, filesFolder, name)).catch(() => undefined);
    if (status?.size !== bytes) return undefined;
  }
  return origin;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
