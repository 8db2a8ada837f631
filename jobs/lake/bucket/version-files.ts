import { readdir, stat } from "node:fs/promises";
import path from "node:path";

import { layers } from "../../../sql/catalog/types.ts";

/** What a version has in a bucket. The warehouse is not among it: there it is BigQuery. */
const parts: readonly string[] = [...layers, "kept", "lake.json", "dashboard.html"];

/** A file on this machine. */
export interface LocalFile {
  file: string;
  /** Below the folder of its version, with forward slashes: staging/ratings/part-00000.parquet. */
  name: string;
  bytes: number;
}

/** Whether a version may have a file of this name: hidden ones and those half written are none. */
export function isVersionFile(name: string): boolean {
  const [first = "", ...others] = name.split("/");
  const isPlain = others.every((part) => /^[^._]/.test(part) && !part.endsWith(".next"));
  return parts.includes(first) && isPlain && !/[\\\p{Cc}]/u.test(name);
}

/** The files of a version's folder, or of one that is to become a version. */
export async function versionFiles(folder: string): Promise<LocalFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((name) => name.split(path.sep).join("/"))
    .filter(isVersionFile)
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      return { file, name, bytes: (await stat(file)).size };
    }),
  );
}

/** The table that a file is a part of, such as core.movies; undefined for other files. */
export function tableIdOf(name: string): string | undefined {
  const [layer = "", table = "", file = "", ...deeper] = name.split("/");
  const isTable = (layers as readonly string[]).includes(layer) && deeper.length === 0;
  return isTable && file.endsWith(".parquet") ? `${layer}.${table}` : undefined;
}
