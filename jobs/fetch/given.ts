import { stat } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import type { Dataset } from "../../sql/catalog/types.ts";

/** What a `--source` stands for. */
export type GivenSource =
  | { kind: "sample"; name: string }
  | { kind: "dataset"; name: string; dataset: Dataset }
  | { kind: "zip"; name: string; zip: string }
  | { kind: "folder"; folder: string };

const sampleName = "sample";

/**
 * Tells what each `--source` stands for. A name of Marquee's goes before a folder of that name, which
 * is reached by `./name`.
 *
 * @throws MarqueeError (usage) for one that is neither a name nor a folder nor a zip, and for two zips
 *   that would be unpacked into the same place
 */
export async function givenSources(
  sources: readonly string[],
  datasets: readonly Dataset[],
): Promise<GivenSource[]> {
  const given = await Promise.all(sources.map((source) => givenSource(source, datasets)));
  const zips = new Map<string, string>();
  for (const source of given) {
    if (source.kind !== "zip") continue;
    // Some file systems take two spellings of a name for one.
    const name = source.name.toLowerCase();
    const other = zips.get(name);
    if (other !== undefined && path.resolve(other) !== path.resolve(source.zip)) {
      throw new MarqueeError({
        reason: "usage",
        what: `--source ${source.zip}: ${other} has the same name`,
        next: "Rename one of the two",
      });
    }
    zips.set(name, source.zip);
  }
  return given;
}

async function givenSource(source: string, datasets: readonly Dataset[]): Promise<GivenSource> {
  if (source === sampleName) return { kind: "sample", name: sampleName };
  const dataset = datasets.find(({ name }) => name === source);
  if (dataset !== undefined) return { kind: "dataset", name: dataset.name, dataset };

  const status = await stat(source).catch(() => undefined);
  if (status?.isDirectory() === true) return { kind: "folder", folder: source };
  const isZip = source.toLowerCase().endsWith(".zip");
  if (status?.isFile() === true && isZip) {
    return { kind: "zip", name: `${path.basename(source)}.unpacked`, zip: source };
  }
  const names = [sampleName, ...datasets.map(({ name }) => name)].join(", ");
  throw new MarqueeError({
    reason: "usage",
    what: `--source ${source}: ${status === undefined ? "there is no such source, folder or zip" : "it is a file, not a folder or a .zip"}`,
    next: `Name a folder or a zip with known files, or ${names}`,
  });
}
