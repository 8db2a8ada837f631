import { existsSync } from "node:fs";
import path from "node:path";

import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { Dataset } from "../../sql/catalog/types.ts";
import { holdingFolder } from "../fetch/folders.ts";
import { type GivenSource, givenSources } from "../fetch/given.ts";
import { filesFolder, originFile, readOrigin } from "../fetch/origin.ts";
import { zipSha256 } from "../fetch/zip-source.ts";
import { tableIdOf, versionFiles } from "../lake/bucket/version-files.ts";
import { rawFolder } from "../lake/folder.ts";
import type { Options } from "../options.ts";
import { findFiles, isKnown } from "../prepare/find.ts";
import { inUnits } from "../report/transfer.ts";
import { bucketOf } from "./working-copy.ts";

type Asked = Pick<Options, "sources" | "lake" | "small">;

/**
 * How many files, of how many bytes, a run would send to a bucket at most, in words: as far as this
 * machine knows it. Nobody is asked, and nothing is written.
 *
 * @param bucket whose working copy the lake's folder is to be
 */
export async function sizesToSend(
  asked: Asked,
  catalog: Catalog,
  bucket: string,
): Promise<{ raw: string; tables: string }> {
  return { raw: await rawSize(asked, catalog), tables: await tablesSize(asked.lake, bucket) };
}

async function rawSize({ sources, lake, small }: Asked, catalog: Catalog): Promise<string> {
  const folders: string[] = [];
  const declared: Dataset[] = [];
  const unknown: string[] = [];
  for (const source of await givenSources(sources, catalog.datasets)) {
    const folder = await folderHere(source, lake, catalog);
    if (folder !== undefined) folders.push(folder);
    else if (source.kind === "dataset") declared.push(source.dataset);
    else if (source.kind !== "folder") unknown.push(source.name);
  }
  const { files } = await findFiles(catalog.sources, folders, { small });
  const found = [...files.values()].flat();
  const bytes = found.reduce((sum, file) => sum + file.bytes, 0);
  const parts =
    found.length === 0 ? [] : [`${counted(found.length, "raw file")}, ${inUnits(bytes)}`];
  if (declared.length > 0) parts.push(declaredSize(declared, small));
  if (unknown.length > 0) {
    parts.push(`raw files of ${unknown.join(", ")}: unknown before the first run`);
  }
  return parts.join("; ");
}

/** What is still to be fetched is as large as its declaration says, which is what the fetch plan says too. */
function declaredSize(datasets: readonly Dataset[], small: boolean): string {
  const bytes = datasets.reduce(
    (sum, { download }) =>
      sum + (download.form === "zip" ? download.unpackedBytes : download.bytes),
    0,
  );
  const names = datasets.map(({ name }) => name).join(", ");
  // Of two editions of a file only the small one is read and kept, and nobody has declared its size.
  return `raw files of ${names}, not fetched yet: ${small ? "at most" : "about"} ${inUnits(bytes)}`;
}

/** Where a source's files lie; undefined where the run itself has to get them first. */
async function folderHere(
  source: GivenSource,
  lake: string,
  { sources }: Catalog,
): Promise<string | undefined> {
  if (source.kind === "folder") return source.folder;
  const raw = rawFolder(lake, source.name);
  // Every run makes the sample anew, each time the same.
  if (source.kind === "sample") return existsSync(path.join(raw, originFile)) ? raw : undefined;
  const origin = await readOrigin(raw);
  if (origin === undefined) return undefined;
  if (source.kind === "zip" && (await zipSha256(source.zip)) !== origin.received.sha256) {
    return undefined;
  }
  return holdingFolder(path.join(raw, filesFolder), (name) => isKnown(sources, name));
}

/** What the bucket's version had when this machine saw it last: the next one is of that size. */
async function tablesSize(lake: string, bucket: string): Promise<string> {
  const unknown = "tables: unknown before the first run";
  if ((await bucketOf(lake)) !== bucket) return unknown;
  const version = await versionFiles(path.join(lake, "current")).catch(() => []);
  const files = version.filter(({ name }) => tableIdOf(name) !== undefined);
  // Of a run that came to no tables, ops alone tell.
  if (files.every(({ name }) => name.startsWith("ops/"))) return unknown;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const tables = new Set(files.map(({ name }) => tableIdOf(name)));
  return `${counted(tables.size, "table")}, ${inUnits(bytes)} as they are now`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
