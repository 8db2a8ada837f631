import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { MarqueeError } from "../../../errors.ts";
import { unwritablePlace } from "../../lake/system-faults.ts";

/** What may be sent in a header: somebody may have edited the file. */
const headerText = z.string().regex(/^[\x20-\x7e\x80-\xff]*$/);

const note = z.object({
  address: z.string(),
  etag: headerText.optional(),
  lastModified: headerText.optional(),
  /** How many bytes the whole file has. */
  total: z.number().optional(),
  /** What proves that a rest is of the same version, if there is such a thing. */
  ifRange: headerText.optional(),
});

/** What a part is a part of: written beside it. */
export type Note = z.infer<typeof note>;

/** A part on which another try can build. */
export interface Kept {
  received: number;
  note: Note & { ifRange: string };
}

export interface Digests {
  bytes: number;
  sha256: string;
  md5: string;
}

const headBytes = 1024;

/**
 * What has come of a file: `<file>.part`, and `<file>.part.json` about it. Under its own name the
 * file stands only when it is whole.
 */
export class Part {
  readonly #file: string;
  readonly #part: string;
  readonly #note: string;
  readonly #address: string;

  constructor(file: string, address: string) {
    this.#file = file;
    this.#part = `${file}.part`;
    this.#note = `${file}.part.json`;
    this.#address = address;
  }

  /** Makes the folder for it, so that a place that cannot be used is known before the network. */
  async makeFolder(): Promise<void> {
    await this.#onDisk(mkdir(path.dirname(this.#file), { recursive: true }));
  }

  /** What another try can build on: nothing where it is not certain what the bytes are. */
  async kept(): Promise<Kept | undefined> {
    const found = noteIn(await readFile(this.#note, "utf8").catch(() => ""));
    const received = await this.#received();
    if (found?.ifRange === undefined || found.address !== this.#address) return undefined;
    if (received === 0 || received > (found.total ?? Infinity)) return undefined;
    return { received, note: { ...found, ifRange: found.ifRange } };
  }

  async #received(): Promise<number> {
    const status = await stat(this.#part).catch(() => undefined);
    return status?.isFile() === true ? status.size : 0;
  }

  /**
   * Adds bytes at the end, or begins anew.
   *
   * @throws MarqueeError (lake) where they cannot be written, and whatever `pieces` throws
   */
  async write(from: number, about: Note, pieces: AsyncIterable<Buffer>): Promise<void> {
    // The old bytes go before the new note comes: a process that is killed in between must not
    // leave a note beside bytes of which it is not true.
    const handle = await this.#onDisk(open(this.#part, from === 0 ? "w" : "a"));
    try {
      await this.#onDisk(writeFile(this.#note, `${JSON.stringify(about)}\n`));
      for await (const piece of pieces) await this.#onDisk(handle.appendFile(piece));
    } finally {
      await this.#onDisk(handle.close());
    }
  }

  /** Its first bytes. */
  async head(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    await this.#read(headBytes, (piece) => pieces.push(piece));
    return Buffer.concat(pieces);
  }

  /** Reads it again from disk, which is right however many tries it came in. */
  async digests(): Promise<Digests> {
    const [sha256, md5] = [createHash("sha256"), createHash("md5")];
    let bytes = 0;
    await this.#read(Infinity, (piece) => {
      bytes += piece.length;
      sha256.update(piece);
      md5.update(piece);
    });
    return { bytes, sha256: sha256.digest("hex"), md5: md5.digest("hex") };
  }

  async #read(length: number, take: (piece: Buffer) => void): Promise<void> {
    const reading = async (): Promise<void> => {
      const stream = createReadStream(this.#part, { end: length - 1 });
      for await (const piece of stream) take(piece as Buffer);
    };
    await this.#onDisk(reading());
  }

  /** Gives the file its name, and with it takes the place of an older one. */
  async finish(): Promise<void> {
    const handle = await this.#onDisk(open(this.#part, "r+"));
    try {
      // A name must not outlive a power cut that its bytes do not.
      await this.#onDisk(handle.sync());
    } finally {
      await this.#onDisk(handle.close());
    }
    await this.#onDisk(rename(this.#part, this.#file));
    await this.#onDisk(rm(this.#note, { force: true }));
  }

  async discard(): Promise<void> {
    await this.#onDisk(rm(this.#part, { force: true }));
    await this.#onDisk(rm(this.#note, { force: true }));
  }

  async #onDisk<T>(operation: Promise<T>): Promise<T> {
    return operation.catch((error: unknown) => {
      throw diskFailure(this.#file, error);
    });
  }
}

function noteIn(text: string): Note | undefined {
  try {
    return note.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** One line for what the system says about a file that is being written. */
function diskFailure(file: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const why: Record<string, readonly [string, string]> = {
    ...unwritablePlace,
    ENOSPC: ["the disk is full", "Make room and run again"],
    EDQUOT: ["the disk quota is used up", "Make room and run again"],
    EEXIST: ["a part of the path is a file", "Name another folder with --lake"],
    EISDIR: ["a folder is in its place", "Move it away, or name another folder with --lake"],
  };
  const [what, next] = why[code] ?? [`the system says ${code}`, "Look at its folder"];
  return new MarqueeError({
    reason: "lake",
    what: `${file} cannot be written: ${what}`,
    next,
    cause: error,
  });
}
