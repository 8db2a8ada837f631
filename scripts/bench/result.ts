import { mkdir, open, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { version as nodeVersion } from "node:process";

import { version as duckdbVersion } from "@duckdb/node-api";
import { format } from "prettier";

import { MarqueeError, messageOf } from "../../errors.ts";
import { gitCommit } from "../../jobs/run.ts";
import type { Measurement } from "./measure.ts";
import { peakMemorySource } from "./memory.ts";

/** What a figure is worth nothing without. */
export interface Circumstances {
  date: string;
  command: string;
  git_commit: string | null;
  machine: {
    cores: number;
    cpu: string;
    memory_bytes: number;
    system: string;
    node: string;
    duckdb: string;
  };
  peak_memory: string;
  files: string;
}

/** One size, as --json and --record write it. */
export type Bench = Circumstances & Measurement;

export async function circumstances(words: readonly string[]): Promise<Circumstances> {
  return {
    date: new Date().toISOString(),
    command: ["npm run bench --", ...words].join(" "),
    git_commit: (await gitCommit(import.meta.dirname)) ?? null,
    machine: {
      cores: os.availableParallelism(),
      cpu: os.cpus()[0]?.model.trim() ?? "unknown",
      memory_bytes: os.totalmem(),
      system: `${os.type()} ${os.release()} ${os.arch()}`,
      node: nodeVersion,
      duckdb: duckdbVersion(),
    },
    peak_memory: peakMemorySource,
    files:
      "in the page cache, as far as they fit: they were just written, and caches stay as they are",
  };
}

/**
 * Asks before hours are spent on what could not be kept.
 *
 * @throws MarqueeError (usage) where the file cannot be written
 */
export async function expectWritable(file: string): Promise<void> {
  try {
    await mkdir(path.dirname(path.resolve(file)), { recursive: true });
    await (await open(file, "a")).close();
  } catch (error) {
    throw new MarqueeError({
      reason: "usage",
      what: `${file} cannot be written (${messageOf(error)})`,
      next: "Give a file in a folder that can be written",
      cause: error,
    });
  }
}

/**
 * Formed as the repository's own files are, so that a recorded one may be committed; numbers to the
 * thousandth, since the rest is noise.
 */
export async function writeJson(file: string, value: object): Promise<void> {
  const json = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "number" ? Math.round(part * 1000) / 1000 : part,
  );
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, await format(json, { parser: "json", printWidth: 100 }));
}
