import { access, readdir, realpath } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import { type LakeState, readState } from "../../jobs/lake/state.ts";

/**
 * The version of a lake that an export reads, by its own folder: `current` may come to mean another
 * one meanwhile.
 */
export interface Version {
  lake: string;
  folder: string;
  /** The run that published it. */
  runId: string;
  state: LakeState;
}

/**
 * The version that readers of a lake see now. The lake is not claimed: a run may go on.
 *
 * @throws MarqueeError (usage) where nothing is published, (lake) where it cannot be read
 */
export async function publishedVersion(lake: string): Promise<Version> {
  const folder = await currentFolder(lake);
  if (folder === undefined) throw nothingPublished(lake);
  const state = await readState(path.join(folder, "lake.json"));
  const version = { lake, folder, runId: path.basename(folder) };
  if (state !== undefined) return { ...version, state };
  await expectStillCurrent(version);
  throw nothingPublished(lake);
}

/** @throws MarqueeError (lake) where `current` means another version by now */
export async function expectStillCurrent({
  lake,
  folder,
}: Pick<Version, "lake" | "folder">): Promise<void> {
  if ((await currentFolder(lake)) !== folder) throw superseded(lake);
}

/** @throws MarqueeError (lake) where files of the version have been removed */
export async function expectStillThere(
  { lake }: Version,
  files: readonly string[],
  cause: unknown,
): Promise<void> {
  for (const file of files) {
    await access(file).catch(() => {
      throw superseded(lake, cause);
    });
  }
}

/** The Parquet files of a version's table, in their order; none where it has no such table. */
export async function filesOf({ folder }: Version, layer: string, name: string): Promise<string[]> {
  const place = path.join(folder, layer, name);
  const names = await readdir(place).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  const files = names.filter((file) => file.endsWith(".parquet")).sort();
  return files.map((file) => path.join(place, file));
}

async function currentFolder(lake: string): Promise<string | undefined> {
  try {
    return await realpath(path.join(lake, "current"));
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new MarqueeError({
      reason: "lake",
      what: `the lake ${lake} cannot be read (${code ?? String(error)})`,
      next: "Look at the folder's permissions",
      cause: error,
    });
  }
}

function nothingPublished(lake: string): MarqueeError {
  return new MarqueeError({
    reason: "usage",
    what: `nothing is published in the lake ${lake}`,
    next: "Make its tables with npm run pipeline, or name another folder with --lake",
  });
}

function superseded(lake: string, cause?: unknown): MarqueeError {
  return new MarqueeError({
    reason: "lake",
    what: `a run has published newer tables in ${lake} meanwhile, and the files being read are gone`,
    next: "Run the export again",
    cause,
  });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
