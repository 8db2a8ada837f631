import { link, mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../../errors.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import type { TransferProgress } from "../../report/transfer.ts";
import type { FolderLake } from "../folder.ts";
import { tableFolder } from "../table-files.ts";
import { type Place, statusOf, uriOf } from "./client.ts";
import { crc32cOf } from "./crc32c.ts";
import { meterOf } from "./meter.ts";
import { type Pointer, pointerName } from "./pointer.ts";
import { eachAtOnce, fetchFile, listObjects, type StoredFile } from "./transfer.ts";
import { versionFiles } from "./version-files.ts";

/**
 * Makes the local published version that of the bucket. Files that are here already, byte for byte,
 * are not fetched.
 *
 * @returns whether the local version is another one now, which has no warehouse
 */
export async function pullVersion(
  place: Place,
  { runId, folder, files }: Pointer,
  lake: FolderLake,
  progress: TransferProgress,
): Promise<boolean> {
  const local = (await lake.published())?.folder;
  const here = local === undefined ? [] : await versionFiles(local);
  const same = new Set<string>();
  await eachAtOnce(files, async ({ name, bytes, crc32c }) => {
    const mine = here.find((file) => file.name === name && file.bytes === bytes);
    if (mine !== undefined && (await crc32cOf(mine.file)) === crc32c) same.add(name);
  });
  if (same.size === files.length && here.length === files.length) return false;

  const meter = meterOf(
    files.filter(({ name }) => !same.has(name)),
    progress,
  );
  await lake.adopt(runId, async (target) => {
    await eachAtOnce(files, async ({ name, bytes, crc32c }) => {
      const file = path.join(target, name);
      if (local !== undefined && same.has(name)) {
        await mkdir(path.dirname(file), { recursive: true });
        await link(path.join(local, name), file);
        return;
      }
      const stored = { name: `${folder}/${name}`, bytes, crc32c };
      await fetchFile(place, stored, file).catch((error: unknown) => {
        throw missing(place, stored.name, error);
      });
      meter.moved(bytes);
    });
  });
  return true;
}

/** Fetches tables that were made in the bucket, each in the place of the local one as a whole. */
export async function fetchTables(
  place: Place,
  tables: readonly Table[],
  { from, to, progress }: { from: string; to: string; progress: TransferProgress },
): Promise<void> {
  const found = await eachAtOnce(tables, async (table) => ({
    table,
    files: await filesOf(place, `${from}/${table.layer}/${table.name}/`),
  }));
  const meter = meterOf(
    found.flatMap(({ files }) => files),
    progress,
  );
  for (const { table, files } of found) {
    const folder = tableFolder(to, table);
    const next = `${folder}.next`;
    await rm(next, { recursive: true, force: true });
    await eachAtOnce(files, async (file) => {
      await fetchFile(place, file, path.join(next, path.posix.basename(file.name)));
      meter.moved(file.bytes);
    });
    await rm(folder, { recursive: true, force: true });
    await rename(next, folder);
  }
}

/** A table's Parquet files. */
async function filesOf(place: Place, prefix: string): Promise<StoredFile[]> {
  const files = (await listObjects(place, prefix)).filter(({ name }) => isPartOf(prefix, name));
  if (files.length === 0) throw withoutFiles(place, prefix);
  return files;
}

/** Spark leaves other files beside those of a table, and folders while it works. */
function isPartOf(prefix: string, name: string): boolean {
  return /^[^/._][^/\\]*\.parquet$/.test(name.slice(prefix.length));
}

function withoutFiles(place: Place, prefix: string): MarqueeError {
  return new MarqueeError({
    reason: "cloud",
    what: `${uriOf(place, prefix)} holds no Parquet files`,
    next: "Make the tables again: run the pipeline without --only and --from",
  });
}

function missing(place: Place, name: string, error: unknown): unknown {
  if (statusOf((error as Error).cause) !== 404) return error;
  const uri = uriOf(place, name);
  return new MarqueeError({
    reason: "cloud",
    what: `${uri}, which ${pointerName} there names, is not there`,
    next: `Bring it back from its older versions (gcloud storage ls --all-versions ${uri})`,
    cause: error,
  });
}
