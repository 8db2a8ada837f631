import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { zipSync } from "fflate";

import { fetchDataset } from "../../jobs/fetch/dataset.ts";
import type { Dataset } from "../../sql/catalog/types.ts";
import { catalog } from "./catalog.ts";
import { impatient } from "./downloads.ts";
import { type Reply, type Stored, withServer } from "./faulty-server.ts";
import { withFolder } from "./folder.ts";
import { quietLog } from "./pipeline.ts";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
export const ratings = "1::1::3::978300760\n";
export const zipOf = (files: Record<string, string>): Buffer =>
  Buffer.from(
    zipSync(
      Object.fromEntries(Object.entries(files).map(([name, content]) => [name, text(content)])),
    ),
  );
export const movieLens = (content = ratings): Stored => ({
  body: zipOf({ "ml-1m/ratings.dat": content, "ml-1m/README": "read me" }),
  etag: `"${content.length}"`,
});

export interface Place {
  folder: string;
  dataset: Dataset;
  seen: { headers: Record<string, unknown> }[];
  get: (environment?: NodeJS.ProcessEnv) => Promise<void>;
  contents: () => Promise<Record<string, string>>;
}

/** Serves a dataset of the catalogue from this machine. */
export async function withDataset<T>(
  name: string,
  replies: Reply | readonly Reply[],
  use: (place: Place) => Promise<T>,
  changes: Partial<Dataset["download"]> = {},
): Promise<T> {
  const { datasets, sources } = await catalog();
  const declared = datasets.find((candidate) => candidate.name === name)!;
  return withServer(replies, ({ address, seen }) =>
    withFolder(async (root) => {
      const folder = path.join(root, "raw", name);
      await mkdir(path.dirname(folder));
      const download = { ...declared.download, md5: undefined, ...changes, address };
      const dataset = { ...declared, download };
      const get: Place["get"] = (environment = {}) =>
        fetchDataset(dataset, folder, {
          sources,
          log: quietLog(),
          environment,
          patience: impatient,
          now: () => new Date("2026-01-02T03:04:05Z"),
        });
      const contents = async (): Promise<Record<string, string>> => {
        const found: Record<string, string> = {};
        for (const entry of await readdir(path.dirname(folder), {
          recursive: true,
          withFileTypes: true,
        })) {
          if (!entry.isFile()) continue;
          const file = path.join(entry.parentPath, entry.name);
          found[path.relative(folder, file)] = await readFile(file, "latin1");
        }
        return found;
      };
      return use({ folder, dataset, seen, get, contents });
    }),
  );
}
