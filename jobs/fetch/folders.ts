import { readdir } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { FolderLake } from "../lake/folder.ts";
import { looksLikeDay } from "../prepare/deliveries.ts";
import { isKnown } from "../prepare/find.ts";
import { type GivenSource, givenSources } from "./given.ts";
import { filesFolder, readOrigin } from "./origin.ts";
import { repair } from "./raw-folder.ts";
import { zipSha256 } from "./zip-source.ts";

/**
 * The folders in which a run's files lie, one for each source.
 *
 * @throws MarqueeError (usage) for a source that has not been fetched
 */
export async function sourceFolders(
  sources: readonly string[],
  { lake, catalog }: { lake: FolderLake; catalog: Catalog },
): Promise<string[]> {
  const given = await givenSources(sources, catalog.datasets);
  return Promise.all(given.map((source) => folderOf(source, lake, catalog)));
}

async function folderOf(
  source: GivenSource,
  lake: FolderLake,
  { sources }: Catalog,
): Promise<string> {
  if (source.kind === "folder") return source.folder;
  const raw = lake.rawFolder(source.name);
  if (source.kind === "sample") return raw;
  await repair(raw);
  const origin = await readOrigin(raw);
  const isSame = source.kind !== "zip" || (await zipSha256(source.zip)) === origin?.received.sha256;
  if (origin === undefined || !isSame) {
    throw new MarqueeError({
      reason: "usage",
      what: `${source.kind === "zip" ? source.zip : source.name} has not been fetched into ${lake.folder}, or it was changed since`,
      next: "Run the step fetch first, or all steps by leaving --only out",
    });
  }
  return holdingFolder(path.join(raw, filesFolder), (name) => isKnown(sources, name));
}

/** An archive's files often lie in a folder of its name: the first folder below that holds any. */
export async function holdingFolder(
  folder: string,
  known: (name: string) => boolean,
): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.isFile() && known(entry.name))) return folder;
  const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  // Several folders may be dated deliveries, which find their own way.
  const [only] = below;
  if (only === undefined || below.length > 1 || looksLikeDay(only)) return folder;
  return holdingFolder(path.join(folder, only), known);
}
