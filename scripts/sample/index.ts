import { mkdir } from "node:fs/promises";

import { MarqueeError } from "../../errors.ts";
import type { SampleAccount } from "./account.ts";
import { claim, originOf, writeOrigin } from "./claim.ts";
import { makeFilms } from "./films.ts";
import { type Layout, layouts } from "./layouts.ts";
import { sampleSizes, type SampleOptions } from "./sizes.ts";
import { writeWhole } from "./whole-file.ts";

export type { SampleAccount, SourceAccount } from "./account.ts";
export { originFile } from "./claim.ts";
export { fileNames, type LayoutName, layoutNames, layouts } from "./layouts.ts";
export type { SampleOptions } from "./sizes.ts";

/**
 * Writes a synthetic delivery into a folder: files in the shape of The Movies Dataset and of FRED, or
 * of a set of MovieLens, flaws included. The same options give the same bytes everywhere, and the
 * same films in every layout. An older sample in the folder is replaced whole.
 *
 * @returns what a reader of these files must arrive at; origin.json holds the same
 * @throws MarqueeError when the options are impossible, the folder holds other data, or it cannot
 * be written
 */
export async function writeSample(folder: string, options: SampleOptions): Promise<SampleAccount> {
  const { seed, ...sizes } = sampleSizes(options);
  const { layout = "kaggle" } = options;
  const films = makeFilms(seed, sizes);

  try {
    await mkdir(folder, { recursive: true });
    await claim(folder, layout);
    const account: SampleAccount = {};
    for (const part of Object.keys(layouts[layout]) as (keyof Layout)[]) {
      const file = layouts[layout][part];
      if (file === undefined) continue;
      const holds = await writeWhole(folder, file.name, file.text(films, sizes, seed));
      if (part !== "users" && holds !== undefined) account[part] = holds;
    }
    await writeOrigin(folder, { ...originOf(layout), seed, account });
    return account;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new MarqueeError({
      reason: "usage",
      what: `--to ${folder}: the sample cannot be written (${error.message})`,
      next: "Give a folder that can be written and has room",
      cause: error,
    });
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
