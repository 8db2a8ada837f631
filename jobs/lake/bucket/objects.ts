import { buffer } from "node:stream/consumers";

import type { z } from "zod";

import { MarqueeError } from "../../../errors.ts";
import { asked, type Place, statusOf, uriOf } from "./client.ts";
import { Crc32c } from "./crc32c.ts";
import { chunksOf, damagedOnTheWay, retried } from "./download.ts";

/** A small object as it was read, with what a later write is held against. */
export interface SmallObject {
  text: string;
  generation: string;
  /** Seconds since it was written, both by Cloud Storage's clock. */
  ageSeconds: number;
}

/** The generation of an object that is not there. */
export const absent = "0";

/** @returns undefined where there is none */
export async function readObject(place: Place, name: string): Promise<SmallObject | undefined> {
  const readOnce = async (): Promise<SmallObject> => {
    const [{ generation, updated, crc32c = "" }, answer] = await place.bucket
      .file(name)
      .getMetadata();
    const written = String(generation);
    // These very bytes, though another may write it meanwhile.
    const bytes = await buffer(chunksOf(place, name, written));
    const crc = new Crc32c();
    crc.update(bytes);
    if (!crc.validate(crc32c)) throw damagedOnTheWay(place, name, crc32c);
    const ageSeconds = (timeOf(answer) - Date.parse(updated ?? "")) / 1000;
    return { text: bytes.toString("utf8"), generation: written, ageSeconds };
  };
  return asked(place, `reading ${uriOf(place, name)}`, () =>
    retried(place, readOnce).catch((error: unknown) => {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }),
  );
}

/**
 * Writes an object in the place of one generation of it, or where there is none.
 *
 * @param text is unlike any that somebody else would write
 * @returns its generation; undefined where somebody else has written it meanwhile
 */
export async function replaceObject(
  place: Place,
  name: string,
  text: string,
  generation: string,
): Promise<string | undefined> {
  return asked(place, `writing ${uriOf(place, name)}`, async () => {
    const file = place.bucket.file(name);
    try {
      // In one request: only then does its precondition hold for the whole of it.
      await file.save(text, {
        resumable: false,
        validation: false,
        preconditionOpts: { ifGenerationMatch: generation },
      });
      return String(file.metadata.generation);
    } catch (error) {
      if (statusOf(error) !== 412) throw error;
      // It may have been written by a request of ours whose answer was lost.
      const found = await readObject(place, name);
      return found?.text === text ? found.generation : undefined;
    }
  });
}

/**
 * Reads what Marquee has written as JSON, with a format number.
 *
 * @returns undefined where it is damaged
 * @throws MarqueeError (cloud) where a newer Marquee has written it
 */
export function contentOf<T>(
  place: Place,
  name: string,
  text: string,
  known: { format: number; schema: z.ZodType<T> },
): T | undefined {
  const value = parsed(text);
  const { format } = (value ?? {}) as { format?: unknown };
  if (typeof format === "number" && format > known.format) {
    throw new MarqueeError({
      reason: "cloud",
      what: `${uriOf(place, name)} has format ${format}, made by a newer Marquee; this one knows format ${known.format}`,
      next: "Update Marquee",
    });
  }
  return known.schema.safeParse(value).data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** When Cloud Storage gave an answer, by its own clock, in milliseconds. */
function timeOf(answer: unknown): number {
  const { headers } = answer as { headers?: Record<string, string> };
  const time = Date.parse(headers?.["date"] ?? "");
  return Number.isNaN(time) ? Date.now() : time;
}
