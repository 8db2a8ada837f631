import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import type { ExitReason, MarqueeError } from "../../errors.ts";
import {
  type Download,
  download,
  type Downloaded,
  type DownloadEffects,
  type Patience,
} from "../../jobs/fetch/download.ts";
import { failure } from "./errors.ts";
import { type Reply, type Stored, withServer } from "./faulty-server.ts";
import { withFolder } from "./folder.ts";

/**
 * Patience as in life, in milliseconds; but silence is borne longer than a slow machine is silent, since
 * tests count the requests. Whoever tests a stall asks for a short one.
 */
export const impatient: Patience = {
  retries: 5,
  firstWaitSeconds: 0.001,
  factor: 2,
  jitter: true,
  longestWaitSeconds: 2,
  stallSeconds: 5,
};

/** Bytes that nobody can take for others of the same length, in the form of a zip. */
export function zipBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0, state = seed; index < length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  bytes.write("PK\x03\x04", "latin1");
  return bytes;
}

/** A file as publishers keep it. */
export function storedZip(length = 100_000, seed = 1): Stored {
  return {
    body: zipBytes(length, seed),
    etag: `"v${seed}"`,
    lastModified: new Date(seed * 86_400_000).toUTCString(),
  };
}

/** A folder into which one file is fetched, as often as a test likes. */
export interface Target {
  folder: string;
  file: string;
  /** Fetches a file of some kilobytes as a zip, unless said otherwise. */
  get: (address: string, changes?: Changes) => Promise<Downloaded>;
  /** Expects fetching to fail and no file to be there. */
  fails: (address: string, changes?: Changes, reason?: ExitReason) => Promise<MarqueeError>;
  /** The names of what lies in the folder. */
  names: () => Promise<string[]>;
  /** Expects the file, and nothing else, to be there with these bytes. */
  holds: (bytes: Buffer) => Promise<void>;
}

export interface Changes {
  what?: Partial<Download>;
  effects?: Partial<Omit<DownloadEffects, "patience">>;
  patience?: Partial<Patience>;
}

export async function withTarget<T>(use: (target: Target) => Promise<T>): Promise<T> {
  return withEnvironment({}, () =>
    withFolder(async (folder) => {
      const file = path.join(folder, "ml.zip");
      const names = async (): Promise<string[]> => (await readdir(folder)).sort();
      const get: Target["get"] = (address, { what, effects, patience } = {}) =>
        download({ name: "ml.zip", address, form: "zip", bytes: 100_000, ...what }, file, {
          ...effects,
          patience: { ...impatient, ...patience },
        });
      const fails: Target["fails"] = async (address, changes, reason = "network") => {
        const error = await failure(get(address, changes), reason);
        expect(await names()).not.to.include("ml.zip");
        return error;
      };
      const holds = async (bytes: Buffer): Promise<void> => {
        expect((await readFile(file)).equals(bytes), "the right bytes").to.equal(true);
        expect(await names()).to.deep.equal(["ml.zip"]);
      };
      return use({ folder, file, get, fails, names, holds });
    }),
  );
}

/** Expects exactly these bytes after these replies; gives the headers of each request. */
export async function expectBytes(
  expected: Buffer,
  replies: readonly Reply[],
  first: (target: Target, address: string) => Promise<unknown> = () => Promise.resolve(),
  patience: Partial<Patience> = {},
): Promise<Record<string, unknown>[]> {
  return withServer(replies, ({ address, seen }) =>
    withTarget(async (target) => {
      await first(target, address);
      const heard: number[] = [];
      const effects = { progress: (received: number) => heard.push(received) };
      await target.get(address, { effects, patience });
      await target.holds(expected);
      expect(heard.at(-1) ?? expected.length).to.equal(expected.length);
      expect(seen).to.have.length(replies.length);
      return seen.map(({ headers }) => headers);
    }),
  );
}

/** Does work with these proxies in the environment and no others. */
export async function withEnvironment<T>(
  proxies: Record<string, string>,
  work: () => Promise<T>,
): Promise<T> {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) {
    if (/_proxy$/i.test(name)) Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, proxies);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(proxies)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  }
}
