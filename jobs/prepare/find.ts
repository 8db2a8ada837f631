import { constants } from "node:fs";
import { access, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import type { Source } from "../../sql/catalog/types.ts";

export interface FoundFile {
  path: string;
  bytes: number;
}

/** The files of each source, in the order of the folders; none where the source is absent. */
export type FoundFiles = Map<Source, FoundFile[]>;

/**
 * Knows the files of a run's folders by their names.
 *
 * Where a folder holds the large and the small edition of a file, the large one is taken, or the
 * small one if `small` says so.
 *
 * @throws MarqueeError (input) for a folder that is missing or holds no known file, for a file
 *   that is not one or cannot be read, and for two folders whose records may not be mixed
 */
export async function findFiles(
  sources: readonly Source[],
  folders: readonly string[],
  { small }: { small: boolean },
): Promise<FoundFiles> {
  const found: FoundFiles = new Map(sources.map((source) => [source, []]));
  for (const folder of await distinct(folders)) {
    const entries = new Set(await entriesOf(folder));
    let known = 0;
    for (const [source, files] of found) {
      const name = chosenName(source, entries, small);
      if (name === undefined) continue;
      files.push(await readableFile(path.join(folder, name)));
      known += 1;
    }
    if (known === 0) {
      throw new MarqueeError({
        reason: "input",
        what: `${folder} holds no file that Marquee knows`,
        next: `Known by their names are ${knownNames(sources).join(", ")}`,
      });
    }
  }
  for (const [source, files] of found) expectOneFolder(source, files);
  return found;
}

/** A folder that is named twice, in whatever way, is read once. */
async function distinct(folders: readonly string[]): Promise<string[]> {
  const seen = new Map<string, string>();
  for (const folder of folders) {
    const place = await realpath(folder).catch((error: unknown) => {
      throw unreadable(folder, error);
    });
    if (!seen.has(place)) seen.set(place, folder);
  }
  return [...seen.values()];
}

function knownNames(sources: readonly Source[]): string[] {
  return sources.flatMap(({ files }) =>
    files.flatMap(({ name, small }) => (small === undefined ? [name] : [name, small])),
  );
}

function chosenName(
  source: Source,
  entries: ReadonlySet<string>,
  small: boolean,
): string | undefined {
  for (const file of source.files) {
    const large = entries.has(file.name) ? file.name : undefined;
    const little = file.small !== undefined && entries.has(file.small) ? file.small : undefined;
    const chosen = small ? (little ?? large) : (large ?? little);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
}

async function readableFile(file: string): Promise<FoundFile> {
  const status = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  if (!status.isFile()) {
    throw new MarqueeError({
      reason: "input",
      what: `${file} is ${status.isDirectory() ? "a folder" : "no regular file"} where a file should be`,
      next: "Rename it, or put the file in its place",
    });
  }
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  return { path: file, bytes: status.size };
}

/** One line for a file that the system does not let us read. */
export function unreadable(file: string, error: unknown): MarqueeError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  return new MarqueeError({
    reason: "input",
    what: `${file} cannot be read (${code})`,
    next:
      code === "EACCES"
        ? `Give this user the right to read it: chmod u+r ${file}`
        : "Look at the file",
    cause: error,
  });
}

function expectOneFolder(source: Source, files: readonly FoundFile[]): void {
  if (!source.oneFolder || files.length < 2) return;
  throw new MarqueeError({
    reason: "input",
    what: `two folders hold ${source.name}: ${files.map((file) => file.path).join(" and ")}; their user ids are strangers to each other`,
    next: "Give each its own run with --lake",
  });
}
