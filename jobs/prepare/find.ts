import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import type { Layout, Source } from "../../sql/catalog/types.ts";
import { type Delivery, deliveriesOf } from "./deliveries.ts";

export interface FoundFile {
  path: string;
  bytes: number;
  layout: Layout;
  delivery: Delivery;
}

/** The files of each source, in the order of the deliveries; none where the source is absent. */
export type FoundFiles = Map<Source, FoundFile[]>;

export interface Findings {
  files: FoundFiles;
  /** What lies in the folders and is not read, for a person to know. */
  notRead: string[];
}

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
): Promise<Findings> {
  const files: FoundFiles = new Map(sources.map((source) => [source, []]));
  const notRead: string[] = [];
  const { deliveries, beside } = await deliveriesOf(folders, (name) => isKnown(sources, name));
  for (const delivery of deliveries) {
    const entries = new Set(delivery.entries);
    for (const [source, found] of files) {
      const chosen = chosenFile(source, entries, small);
      if (chosen === undefined) continue;
      found.push(await readableFile(delivery, chosen.name, chosen.layout));
      entries.delete(chosen.name);
    }
    if (entries.size === delivery.entries.length) throw await nothingKnown(sources, delivery);
    beside.push({ folder: delivery.folder, names: [...entries] });
  }
  for (const { folder, names } of beside) {
    const others = names.filter((name) => name !== "origin.json" && !name.startsWith("."));
    if (others.length > 0) notRead.push(`${folder}: ${others.join(", ")}`);
  }
  for (const [source, found] of files) expectOneFolder(source, found);
  return { files, notRead };
}

/** Whether a file of this name is one of a source's, in either edition. */
export function isKnown(sources: readonly Source[], name: string): boolean {
  return sources.some(({ files }) =>
    files.some((file) => file.name === name || file.small === name),
  );
}

function knownNames(sources: readonly Source[]): string[] {
  return sources.flatMap(({ files }) =>
    files.flatMap(({ name, small }) => (small === undefined ? [name] : [name, small])),
  );
}

function chosenFile(
  source: Source,
  entries: ReadonlySet<string>,
  small: boolean,
): { name: string; layout: Layout } | undefined {
  for (const file of source.files) {
    const large = entries.has(file.name) ? file.name : undefined;
    const little = file.small !== undefined && entries.has(file.small) ? file.small : undefined;
    const name = small ? (little ?? large) : (large ?? little);
    if (name !== undefined) return { name, layout: file.layout };
  }
  return undefined;
}

async function nothingKnown(
  sources: readonly Source[],
  { folder, entries }: Delivery,
): Promise<MarqueeError> {
  const zips = entries.filter((name) => name.toLowerCase().endsWith(".zip"));
  const below: string[] = [];
  for (const entry of entries) {
    const names = await readdir(path.join(folder, entry)).catch(() => []);
    if (names.some((name) => isKnown(sources, name))) below.push(entry);
  }
  const place = below[0] ?? zips[0];
  return new MarqueeError({
    reason: "input",
    what: `${folder} holds no file that Marquee knows`,
    next:
      place === undefined
        ? `Known by their names are ${knownNames(sources).join(", ")}`
        : `Try --source ${path.join(folder, place)}`,
  });
}

async function readableFile(delivery: Delivery, name: string, layout: Layout): Promise<FoundFile> {
  const file = path.join(delivery.folder, name);
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
  return { path: file, bytes: status.size, layout, delivery };
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

/** Dated deliveries of one series are one data set; any two other folders are strangers. */
function expectOneFolder(source: Source, files: readonly FoundFile[]): void {
  const series = new Set(files.map(({ delivery }) => delivery.series));
  if (!source.oneFolder || series.size < 2) return;
  throw new MarqueeError({
    reason: "input",
    what: `two folders hold ${source.name}: ${files.map((file) => file.path).join(" and ")}; their user ids are strangers to each other`,
    next: "Give each its own run with --lake; deliveries of one data set go into one folder, each in a folder named by its date",
  });
}
