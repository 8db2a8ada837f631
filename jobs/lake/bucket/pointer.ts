import { randomUUID } from "node:crypto";

import { z } from "zod";

import { MarqueeError } from "../../../errors.ts";
import { type Place, uriOf } from "./client.ts";
import { absent, contentOf, readObject, replaceObject } from "./objects.ts";
import { isVersionFile } from "./version-files.ts";

const format = 1;
export const pointerName = "current.json";

const pointer = z.object({
  format: z.literal(format),
  // Both become paths: nothing that leads elsewhere.
  runId: z.string().regex(/^[A-Za-z0-9][\w-]*$/),
  /** The folder of its files in the bucket. */
  folder: z.string().regex(/^versions\/[A-Za-z0-9][\w-]*(\.\d+)?$/),
  /** Whether the warehouse has been loaded from it. */
  loaded: z.boolean(),
  files: z.array(
    z.object({
      /** Below the folder: staging/ratings/part-00000.parquet. */
      name: z.string().refine(isVersionFile),
      bytes: z.number(),
      crc32c: z.string(),
    }),
  ),
  /** Tells what one run has written from the same words of another. */
  mark: z.string().optional(),
});

/** What stands there while the first version is on its way. */
const noVersion = z.object({ format: z.literal(format), runId: z.null(), mark: z.string() });

/** Which version readers of the bucket see, and every file of it. */
export type Pointer = z.infer<typeof pointer>;

/** The pointer as it was read or written, with the generation that the next one takes the place of. */
export interface Pointed {
  generation: string;
  /** Undefined before the first version. */
  value: Pointer | undefined;
}

/** @throws MarqueeError (cloud) for a pointer of a newer Marquee, or one damaged by hand */
export async function readPointer(place: Place): Promise<Pointed> {
  const found = await readObject(place, pointerName);
  if (found === undefined) return { generation: absent, value: undefined };
  const known = { format, schema: z.union([pointer, noVersion]) };
  const value = contentOf(place, pointerName, found.text, known);
  if (value?.runId === null) return { generation: found.generation, value: undefined };
  if (value !== undefined) return { generation: found.generation, value };
  const uri = uriOf(place, pointerName);
  throw new MarqueeError({
    reason: "cloud",
    what: `${uri} is damaged`,
    next: `Bring back an older version of it (gcloud storage ls --all-versions ${uri})`,
  });
}

/**
 * Lets readers see another version, in one step.
 *
 * @throws MarqueeError (cloud) where somebody else has done so since `before`: nothing has changed then;
 *   and where there is no telling whether it was done
 */
export async function switchPointer(
  place: Place,
  before: Pointed,
  next: Omit<Pointer, "format">,
): Promise<Pointed> {
  const value: Pointer = { format, ...next };
  return { generation: await write(place, before, value), value };
}

/**
 * Says of the pointer, whatever it is, that the warehouse has other tables: a new generation of it.
 *
 * @throws MarqueeError (cloud) as switchPointer()
 */
export async function markLoading(place: Place, before: Pointed): Promise<Pointed> {
  const { value } = before;
  if (value !== undefined) {
    const marked = { ...value, loaded: false, mark: randomUUID() };
    return { generation: await write(place, before, marked), value: marked };
  }
  const none = { format, runId: null, mark: randomUUID() };
  return { generation: await write(place, before, none), value };
}

async function write(place: Place, before: Pointed, value: object): Promise<string> {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  const generation = await replaceObject(place, pointerName, text, before.generation).catch(
    async (error: unknown) => {
      // An answer that never came says nothing: what stands there does.
      const found = await readObject(place, pointerName).catch(() => undefined);
      if (found?.text !== text) throw error;
      return found.generation;
    },
  );
  if (generation !== undefined) return generation;
  throw new MarqueeError({
    reason: "cloud",
    what: `${uriOf(place, pointerName)} was changed by somebody else while this run worked: its tables are not published`,
    next: "Run again",
  });
}
