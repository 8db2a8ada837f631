import { readFile } from "node:fs/promises";

import { z } from "zod";

import { MarqueeError } from "../../errors.ts";
import { replaceJson } from "./json-file.ts";

/** Raised when a lake is laid out differently, so that older code refuses to touch it. */
const lakeFormat = 2;

/**
 * How a table differs from the one published before: not at all, by more rows, by rows of some keys
 * that are known, or in whatever way.
 */
const changes = ["same", "grown", "slice", "any"] as const;
export type Change = (typeof changes)[number];

const account = z.strictObject({
  source: z.string(),
  files: z.number(),
  bytes: z.number(),
  read: z.number(),
  kept: z.number(),
  superseded: z.number(),
  quarantined: z.number(),
  outsideMonths: z.number(),
});

const lakeState = z.strictObject({
  format: z.literal(lakeFormat),
  prepared: z
    .strictObject({
      runId: z.string(),
      sources: z.array(z.string()),
      /** The command that made them, for a run that goes on with them. */
      command: z.string().optional(),
      synthetic: z.boolean(),
      accounts: z.array(account),
      /** Of a merge: the run whose tables were published when it began. */
      base: z.string().optional(),
      /** The run that began from nothing, from which all merges since come. */
      root: z.string().optional(),
      /** Of a merge: what it changed in the tables that were published before it. */
      merge: z
        .strictObject({ onto: z.string(), changes: z.record(z.string(), z.enum(changes)) })
        .optional(),
    })
    .optional(),
  /** What each table was made by: a merge makes anew what is declared otherwise since. */
  fingerprints: z.record(z.string(), z.string()).optional(),
  transformedBy: z.string().optional(),
  /** Set once every check of severity error has held on these very tables. */
  checkedBy: z.string().optional(),
});

/** What the tables of a folder are: written beside them, by step after step. */
export type LakeState = z.infer<typeof lakeState>;

export const emptyState: LakeState = { format: lakeFormat };

/** @throws MarqueeError (lake) for a lake of a newer version, or one damaged by hand */
export async function readState(file: string): Promise<LakeState | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const value = parsed(text);
  const format = z.object({ format: z.number() }).safeParse(value).data?.format;
  if (format !== undefined && format > lakeFormat) {
    throw new MarqueeError({
      reason: "lake",
      what: `${file}: this lake has format ${format}, made by a newer Marquee; this one knows format ${lakeFormat}`,
      next: "Update Marquee, or name another folder with --lake",
    });
  }
  if (format !== undefined && format < lakeFormat) {
    throw new MarqueeError({
      reason: "lake",
      what: `${file}: this lake has format ${format}, made by an older Marquee; this one knows format ${lakeFormat}`,
      next: "Name another folder with --lake, or delete this one and run again",
    });
  }
  const result = lakeState.safeParse(value);
  if (result.success) return result.data;
  throw new MarqueeError({
    reason: "lake",
    what: `${file} is damaged`,
    next: "Name another folder with --lake, or delete this one and run again",
    cause: result.error,
  });
}

export async function writeState(file: string, state: LakeState): Promise<void> {
  await replaceJson(file, state);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
