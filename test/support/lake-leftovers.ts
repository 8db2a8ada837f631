import { lstat, readdir, readlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import type { Claim } from "../../jobs/lake/lock.ts";

/** A process number that no system gives out. */
const nobody = 2 ** 30;

/** Puts a claim into a lake: that of a killed run, unless it is given a process that lives. */
export async function leaveClaim(lake: string, changes: Partial<Claim> = {}): Promise<Claim> {
  const claim: Claim = {
    runId: "20000101T000000Z-dead",
    startedAt: "2000-01-01T00:00:00.000Z",
    sources: ["kaggle"],
    processId: nobody,
    host: os.hostname(),
    ...changes,
  };
  await writeFile(path.join(lake, "lock.json"), JSON.stringify(claim));
  return claim;
}

/** The only file of a small table, whatever it is called. */
export async function fileOf(root: string, ...table: string[]): Promise<string> {
  const folder = path.join(root, ...table);
  const [name = "none"] = await readdir(folder);
  return path.join(folder, name);
}

/** All that lies below a folder, with when and how large it was written: whatever changes is seen. */
export async function traceOf(folder: string): Promise<Record<string, string>> {
  const trace: Record<string, string> = {};
  for (const name of ["", ...(await readdir(folder, { recursive: true }))]) {
    const place = path.join(folder, name);
    const status = await lstat(place);
    const target = status.isSymbolicLink() ? await readlink(place) : "";
    trace[name] = `${status.mtimeMs} ${status.ctimeMs} ${status.size} ${target}`;
  }
  return trace;
}
