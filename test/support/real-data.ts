import { existsSync } from "node:fs";
import path from "node:path";

/** The publishers' files, which lie beside a developer's checkout and never in it. */
const sharedData = path.join(import.meta.dirname, "..", "..", "..", "shared", "data");
export const moviesDataset = path.join(sharedData, "the-movies-dataset");
export const fred = path.join(sharedData, "fred");

export const realDataIsThere = existsSync(moviesDataset) && existsSync(fred);

/** Skips a suite where the real files are absent, and says what is not tested then. */
export function needRealData(suite: Mocha.Context, what: string): void {
  if (realDataIsThere) return;
  process.stderr.write(
    `\n    NOT TESTED: ${what}. The real files are expected in ${path.relative(process.cwd(), sharedData)}.\n`,
  );
  suite.skip();
}
