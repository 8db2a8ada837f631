import { stat } from "node:fs/promises";
import path from "node:path";

import type { Catalog } from "../../sql/catalog/catalog.ts";
import { rawFolder } from "../lake/folder.ts";
import { findFiles } from "../prepare/find.ts";
import { inUnits } from "../report/transfer.ts";
import { type GivenSource, givenSources } from "./given.ts";
import { readOrigin } from "./origin.ts";

interface Asked {
  sources: readonly string[];
  lake: string;
  small: boolean;
  /** Names of the steps to run. */
  only?: readonly string[];
}

/**
 * What a run would fetch, how large it is, from where and under which licence; no network is asked and
 * nothing is written.
 *
 * @throws MarqueeError (usage) for an unknown source, (input) for a folder that could not be read
 */
export async function fetchPlan(
  { sources, lake, small, only = ["fetch", "prepare"] }: Asked,
  catalog: Catalog,
): Promise<string> {
  const reads = only.some((step) => ["fetch", "prepare"].includes(step));
  if (!reads) return "nothing is fetched or read: the steps fetch and prepare are left out\n";
  const parts: string[][] = [];
  const given = await givenSources(sources, catalog.datasets);
  const folders = given.flatMap((source) => (source.kind === "folder" ? [source.folder] : []));
  // All together, as the run would read them: it may refuse what each of them alone is fine for.
  await findFiles(catalog.sources, folders, { small });
  for (const source of given) {
    // Prepare takes what an earlier run has fetched; a folder it reads in place, as ever.
    parts.push(
      only.includes("fetch") || source.kind === "folder"
        ? await planOf(source, lake, small, catalog)
        : [`${source.name}: nothing is fetched, the step fetch is left out`],
    );
  }
  return parts.map((lines) => `${lines.join("\n  ")}\n`).join("\n");
}

async function planOf(
  source: GivenSource,
  lake: string,
  small: boolean,
  catalog: Catalog,
): Promise<string[]> {
  switch (source.kind) {
    case "sample":
      return [
        "sample: made on this machine, nothing is fetched",
        `into     ${rawFolder(lake, source.name)}`,
      ];
    case "zip": {
      const { size } = await stat(source.zip);
      return [
        `${source.zip}: ${inUnits(size)}, unpacked on this machine, nothing is fetched`,
        `into     ${rawFolder(lake, source.name)}`,
      ];
    }
    case "folder": {
      const { files } = await findFiles(catalog.sources, [source.folder], { small });
      const found = [...files.values()].flat();
      return [
        `${source.folder}: read in place, nothing is fetched`,
        ...found.map((file) => `${path.relative(source.folder, file.path)} ${inUnits(file.bytes)}`),
      ];
    }
    case "dataset": {
      const { title, publisher, page, licence, redistributable, download } = source.dataset;
      const folder = rawFolder(lake, source.name);
      const known = await readOrigin(folder);
      const unpacked =
        download.form === "zip" ? `, ${inUnits(download.unpackedBytes)} unpacked` : "";
      return [
        `${source.name}: ${title}`,
        `by       ${publisher}, ${page}`,
        `from     ${download.address}`,
        `size     about ${inUnits(download.bytes)}${unpacked}`,
        `licence  ${licence}; ${redistributable ? "may be redistributed" : "may not be redistributed"}`,
        `into     ${folder}${known === undefined ? "" : `, where the copy of ${known.fetched_at} is kept if it has not changed`}`,
      ];
    }
  }
}
