import { access, mkdir, realpath, rename, rm } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import { layers } from "../../sql/catalog/types.ts";
import { isFull, whyNotWritten } from "./write-faults.ts";

/** Files lie here until they are whole, so that nothing else in the folder is half of something. */
const workName = ".marquee-export";

/** The folder that an export writes into. */
export class Target {
  readonly folder: string;
  readonly #work: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#work = path.resolve(folder, workName);
  }

  /**
   * The folder by its name; nothing is made or changed yet.
   *
   * @throws MarqueeError (usage) where it would write into a lake, or is no folder of this machine
   */
  static async at(folder: string): Promise<Target> {
    if (/^[a-z][a-z\d+.-]*:\/\//i.test(folder)) {
      throw new MarqueeError({
        reason: "usage",
        what: `--to ${folder}: it is an address, not a folder`,
        next: "Name a folder of this machine, and upload the files from there",
      });
    }
    // A layer's folder may be a link into a lake: each lake has links of these very names.
    for (const place of [folder, ...layers.map((layer) => path.join(folder, layer))]) {
      const lake = await lakeAround(place);
      if (lake !== undefined) throw insideLake(folder, lake);
    }
    return new Target(folder);
  }

  /** Where DuckDB spills. */
  get spillFolder(): string {
    return path.join(this.#work, "spill");
  }

  /**
   * Makes the folder for as long as files are written, and leaves no half of a file behind.
   *
   * @throws MarqueeError (lake) where it cannot be written
   */
  async during<T>(write: () => Promise<T>): Promise<T> {
    try {
      await this.#clear();
      await mkdir(this.#work, { recursive: true });
      const result = await write();
      await this.#clear();
      return result;
    } catch (error) {
      // What went wrong first is what a person should read.
      await this.#clear().catch(() => undefined);
      throw this.#asTargetError(error);
    }
  }

  async remove(file: string): Promise<void> {
    await rm(path.join(this.folder, file), { force: true });
  }

  /**
   * Has one file written elsewhere and puts it into its place once it is whole.
   *
   * @param file its path below the folder, with forward slashes
   * @param write fills the file whose path it is given
   */
  async replace<T>(file: string, write: (place: string) => Promise<T>): Promise<T> {
    const place = path.join(this.#work, path.posix.basename(file));
    const result = await write(place);
    const target = path.join(this.folder, file);
    await mkdir(path.dirname(target), { recursive: true });
    await rename(place, target);
    return result;
  }

  /** Whether what DuckDB says is about this folder, and not about what it reads. */
  isMeantBy(error: unknown): boolean {
    return isFull(error) || (error instanceof Error && error.message.includes(this.#work));
  }

  async #clear(): Promise<void> {
    await rm(this.#work, { recursive: true, force: true });
  }

  #asTargetError(error: unknown): unknown {
    if (error instanceof MarqueeError && !isFull(error)) return error;
    const fault = whyNotWritten(error);
    if (fault === undefined) return error;
    return new MarqueeError({
      reason: "lake",
      what: `the folder ${this.folder} cannot be written: ${fault.why}`,
      next: fault.next,
      cause: error,
    });
  }
}

/** The lake that a place belongs to, whatever links lead there; the place need not exist. */
async function lakeAround(place: string): Promise<string | undefined> {
  let folder = await realPlace(path.resolve(place));
  for (;;) {
    if (await exists(path.join(folder, "current", "lake.json"))) return folder;
    const above = path.dirname(folder);
    if (above === folder) return undefined;
    folder = above;
  }
}

async function realPlace(place: string): Promise<string> {
  return realpath(place).catch(() => {
    const above = path.dirname(place);
    return above === place ? place : realPlace(above);
  });
}

async function exists(place: string): Promise<boolean> {
  return access(place).then(
    () => true,
    () => false,
  );
}

function insideLake(folder: string, lake: string): MarqueeError {
  return new MarqueeError({
    reason: "usage",
    what: `--to ${folder} leads into the lake ${lake}, where only Marquee's own tables belong`,
    next: "Name a folder outside of it",
  });
}
