import { cp, link, lstat, mkdir, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";

import { MarqueeError, messageOf } from "../../errors.ts";
import { type Claim, type ClaimedRun, claimLake, releaseLake } from "./lock.ts";
import { emptyState, type LakeState, readState, writeState } from "./state.ts";
import { unwritablePlace } from "./system-faults.ts";

/**
 * A lake in a folder:
 *
 *     raw/                 files made or fetched, as received
 *     work/                tables of the next version, step by step; no reader's business
 *     versions/<run id>/   one whole version: staging/ core/ marts/ ops/ warehouse.duckdb lake.json, and
 *                          kept/, the records that a later merge is held against
 *     current              link to the version that readers see
 *     staging, core, marts, ops, warehouse.duckdb, dashboard.html      links into current
 *
 * A version never changes once it is there. To publish is to let `current` point to another one,
 * which the file system does in one step: readers see all of the old tables or all of the new.
 */
export class FolderLake {
  readonly folder: string;
  readonly work: string;
  /** The claim that a killed run left behind. */
  readonly interrupted: Claim | undefined;

  private constructor(folder: string, interrupted: Claim | undefined) {
    this.folder = folder;
    this.work = path.join(folder, "work");
    this.interrupted = interrupted;
  }

  /**
   * Opens a lake for one run, makes it where there is none, and clears away what a killed run left.
   *
   * @throws MarqueeError (lake) where the folder cannot be used or another run holds it
   */
  static async open(folder: string, run: ClaimedRun): Promise<FolderLake> {
    try {
      await mkdir(path.join(folder, "versions"), { recursive: true });
      await expectOwnLinks(folder);
      // Before anything is touched: it may be a newer Marquee's.
      await readState(path.join(folder, "current", "lake.json"));
      const lake = new FolderLake(folder, await claimLake(folder, run));
      await lake.#removeOtherVersions().catch(async (error: unknown) => {
        await lake.close();
        throw error;
      });
      return lake;
    } catch (error) {
      throw asLakeError(folder, error);
    }
  }

  /** Ends the run's claim; another run may begin. */
  async close(): Promise<void> {
    await releaseLake(this.folder);
  }

  /** Where files that are made or fetched for a source are kept. */
  rawFolder(source: string): string {
    return rawFolder(this.folder, source);
  }

  /** What the version that readers see consists of; undefined before the first one. */
  async published(): Promise<{ folder: string; state: LakeState } | undefined> {
    const folder = path.join(this.folder, "current");
    const state = await readState(path.join(folder, "lake.json"));
    return state && { folder, state };
  }

  /** Gives up the unfinished tables, to make room. */
  async dropWork(): Promise<void> {
    await rm(this.work, { recursive: true, force: true });
  }

  /** Begins the next version from nothing. */
  async startWork(): Promise<void> {
    await rm(this.work, { recursive: true, force: true });
    await mkdir(path.join(this.work, "spill"), { recursive: true });
    await this.writeWorkState(emptyState);
  }

  /** Goes on with the tables of an earlier run: those not yet published, else those published. */
  async resumeWork(): Promise<void> {
    if ((await this.workState()) === undefined) {
      await rm(this.work, { recursive: true, force: true });
      const published = await this.published();
      if (published === undefined) return this.startWork();
      await mkdir(this.work, { recursive: true });
      await this.#linkAllPublished(this.work);
      await this.writeWorkState(published.state);
    }
    await mkdir(path.join(this.work, "spill"), { recursive: true });
  }

  /**
   * Begins the next version from what is published, under second names.
   *
   * @param names folders of a version, such as core/movies; what else is published ends with it
   */
  async startMerge(names: readonly string[]): Promise<void> {
    await this.startWork();
    for (const name of names) await this.linkPublished(name);
  }

  /** Puts what is published in the place of what the work folder has under this name. */
  async linkPublished(name: string): Promise<void> {
    const place = path.join(this.work, name);
    await rm(place, { recursive: true, force: true });
    await linkFolder(path.join(this.folder, "current", name), place);
  }

  async workState(): Promise<LakeState | undefined> {
    return readState(path.join(this.work, "lake.json"));
  }

  async writeWorkState(state: LakeState): Promise<void> {
    await writeState(path.join(this.work, "lake.json"), state);
  }

  /**
   * Makes the work folder the version that readers see.
   *
   * @returns what could not be tidied up behind it: readers see the new tables all the same
   */
  async publish(runId: string): Promise<string | undefined> {
    for (const leftover of ["spill", "typed", "changes", "months", "spark"]) {
      await rm(path.join(this.work, leftover), { recursive: true, force: true });
    }
    return this.#switchTo(runId, this.work);
  }

  /**
   * Publishes the old tables again with other files in some places, for a run that has something
   * to record and no tables to show.
   *
   * @param prepare writes into the new version's folder, which holds the old tables and lake.json
   */
  async republish(
    runId: string,
    prepare: (folder: string) => Promise<void>,
  ): Promise<string | undefined> {
    const folder = path.join(this.folder, "versions", `${runId}.next`);
    const published = await this.published();
    // What this very run may have left half done, for want of room.
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await this.#linkAllPublished(folder);
    await writeState(path.join(folder, "lake.json"), published?.state ?? emptyState);
    await prepare(folder);
    return this.#switchTo(runId, folder);
  }

  /**
   * Makes files that come from elsewhere the version that readers see.
   *
   * @param fill writes a whole version, with its lake.json, into the folder
   * @returns what could not be tidied up behind it
   */
  async adopt(runId: string, fill: (folder: string) => Promise<void>): Promise<string | undefined> {
    const current = path.basename((await linkTarget(path.join(this.folder, "current"))) ?? "");
    // What readers see keeps its name until they see the other.
    const name = current === runId ? `${runId}.again` : runId;
    const folder = path.join(this.folder, "versions", `${name}.next`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await fill(folder);
    return this.#switchTo(name, folder);
  }

  async #linkAllPublished(target: string): Promise<void> {
    const current = path.join(this.folder, "current");
    for (const name of ["staging", "core", "marts", "kept"]) {
      await linkFolder(path.join(current, name), path.join(target, name));
    }
  }

  async #switchTo(runId: string, folder: string): Promise<string | undefined> {
    const version = path.join("versions", runId);
    // The same, of a version that was there and could not be shown.
    await rm(path.join(this.folder, version), { recursive: true, force: true });
    await rename(folder, path.join(this.folder, version));
    const next = path.join(this.folder, "current.next");
    await rm(next, { force: true });
    await symlink(version, next);
    await rename(next, path.join(this.folder, "current"));
    // The run is published from here on: what fails now must not make it a failed one.
    try {
      await this.#linkNames(version);
      await this.#removeOtherVersions();
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  async #linkNames(version: string): Promise<void> {
    const present = new Set(await readdir(path.join(this.folder, version)));
    for (const name of linkedNames) {
      const target = path.join("current", name);
      const place = path.join(this.folder, name);
      if (!present.has(name)) await rm(place, { force: true });
      else if ((await linkTarget(place)) !== target) await symlink(target, place);
    }
  }

  /** A reader that holds an old file open keeps it; nobody else needs it. */
  async #removeOtherVersions(): Promise<void> {
    const versions = path.join(this.folder, "versions");
    const current = path.basename((await linkTarget(path.join(this.folder, "current"))) ?? "");
    for (const version of await readdir(versions)) {
      if (version !== current)
        await rm(path.join(versions, version), { recursive: true, force: true });
    }
  }
}

/** Where a lake keeps the files that are made or fetched for a source. */
export function rawFolder(lake: string, source: string): string {
  return path.join(lake, "raw", source);
}

/** What a lake shows of its current version, by links. */
export const linkedNames = [
  "staging",
  "core",
  "marts",
  "ops",
  "warehouse.duckdb",
  "dashboard.html",
];

/** Names that Marquee links must not be taken by something that it did not make. */
async function expectOwnLinks(folder: string): Promise<void> {
  for (const name of ["current", ...linkedNames]) {
    const place = path.join(folder, name);
    const status = await lstat(place).catch(() => undefined);
    if (status !== undefined && !status.isSymbolicLink()) {
      throw new MarqueeError({
        reason: "lake",
        what: `${place} is in the way: Marquee did not make it, or a copy has lost its links`,
        next: "Move it away, or name another folder with --lake",
      });
    }
  }
}

async function linkTarget(place: string): Promise<string | undefined> {
  return readlink(place).catch(() => undefined);
}

/** A second name for every file: no bytes are copied where the file system can do that. */
async function linkFolder(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  });
  if (entries.length > 0) await mkdir(to, { recursive: true });
  for (const entry of entries) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await linkFolder(source, target);
    else await link(source, target).catch(() => cp(source, target));
  }
}

/** Turns what the system says about the lake's own files into one line; other errors stay. */
export function asLakeError(folder: string, error: unknown): unknown {
  const { code, path: place } = error as NodeJS.ErrnoException;
  if (error instanceof MarqueeError || code === undefined) return error;
  if (place !== undefined && path.relative(folder, place).startsWith("..")) return error;
  const why: Record<string, readonly [string, string]> = {
    ...unwritablePlace,
    ENOSPC: ["the disk is full", "Make room and run again; what was published before is intact"],
    EEXIST: ["it is a file, not a folder", "Name another folder with --lake"],
  };
  const [what, next] = why[code] ?? [`the system says ${code}`, "Look at the folder"];
  return new MarqueeError({
    reason: "lake",
    what: `the lake ${folder} cannot be used: ${what}`,
    next,
    cause: error,
  });
}
