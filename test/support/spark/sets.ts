import path from "node:path";

import type { Session } from "../../../jobs/duckdb.ts";
import { catalog } from "../catalog.ts";
import { runLocally } from "../pipeline.ts";
import { fred, moviesDataset, realDataIsThere } from "../real-data.ts";
import { nasty, writeNasty } from "./nasty.ts";

export const sample = "the sample";
export const realFiles = "the publishers' files";

/** The staging tables over which the engines are held against each other, by a name for people. */
export const setNames: readonly string[] = [sample, realFiles, ...nasty.map(({ name }) => name)];

/** @returns roots with staging tables, by the name of the set; the real files only where they are */
export async function prepareSets(
  session: Session,
  folder: string,
): Promise<Record<string, string>> {
  const ofSample = path.join(folder, "lake");
  await runLocally({ sources: ["sample"], lake: ofSample });
  const roots: Record<string, string> = { [sample]: path.join(ofSample, "current") };
  if (realDataIsThere) {
    const ofReal = path.join(folder, "real-lake");
    await runLocally({ sources: [moviesDataset, fred], small: true, lake: ofReal });
    roots[realFiles] = path.join(ofReal, "current");
  }
  for (const [index, each] of nasty.entries()) {
    const root = path.join(folder, `nasty-${index}`);
    await writeNasty(session, await catalog(), root, each);
    roots[each.name] = root;
  }
  return roots;
}
