import { fork } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { MarqueeError } from "../errors.ts";
import type { FolderLake } from "./lake/folder.ts";
import type { Run } from "./run.ts";

const sampleProgram = fileURLToPath(new URL("../scripts/sample.ts", import.meta.url));

/** Sources that Marquee gets by itself, by the name that `--source` takes. */
const fetched: Record<string, (run: Run, folder: string) => Promise<void>> = {
  sample: makeSample,
};

/** Gets the files of the sources that were asked for by name; a folder is read in place. */
export async function fetch(run: Run): Promise<void> {
  for (const source of run.options.sources) {
    await fetched[source]?.(run, run.lake.rawFolder(source));
  }
}

/**
 * Refuses a source that is neither a name nor a folder, before anything is begun.
 *
 * @throws MarqueeError (usage) naming it
 */
export async function expectKnownSources(sources: readonly string[]): Promise<void> {
  for (const source of sources) {
    if (Object.hasOwn(fetched, source)) continue;
    const status = await stat(source).catch(() => undefined);
    if (status?.isDirectory() === true) continue;
    const what =
      status === undefined ? "there is no such source or folder" : "it is a file, not a folder";
    throw new MarqueeError({
      reason: "usage",
      what: `--source ${source}: ${what}`,
      next: `Name a folder with known files, or ${Object.keys(fetched).join(", ")}`,
    });
  }
}

/** The folders in which the run's files lie. */
export function sourceFolders(sources: readonly string[], lake: FolderLake): string[] {
  return sources.map((source) =>
    Object.hasOwn(fetched, source) ? lake.rawFolder(source) : source,
  );
}

/** A program for people makes the sample; here it is started as its own process. */
async function makeSample({ log }: Run, folder: string): Promise<void> {
  log.info(`Making synthetic data in ${folder}`, { step: "fetch", folder });
  const child = fork(sampleProgram, ["--to", folder], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) return;
  throw new MarqueeError({
    reason: "lake",
    what: `the sample could not be made: ${said.trim().split("\n").at(-1) ?? "no reason was given"}`,
  });
}
