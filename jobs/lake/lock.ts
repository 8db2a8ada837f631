import { readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { z } from "zod";

import { MarqueeError } from "../../errors.ts";

const claim = z.object({
  runId: z.string(),
  startedAt: z.string(),
  sources: z.array(z.string()),
  processId: z.number(),
  host: z.string(),
});

/** Who works on a lake: written when a run begins, taken away when it ends. */
export type Claim = z.infer<typeof claim>;

const lockFile = (folder: string): string => path.join(folder, "lock.json");

/**
 * Claims a lake for one run.
 *
 * @returns the claim of an earlier run that was killed, if one left it behind
 * @throws MarqueeError (lake) saying who holds it
 */
export async function claimLake(
  folder: string,
  run: Pick<Claim, "runId" | "startedAt" | "sources">,
): Promise<Claim | undefined> {
  const mine = JSON.stringify({ ...run, processId: process.pid, host: os.hostname() });
  try {
    await writeFile(lockFile(folder), mine, { flag: "wx" });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }

  const held = await readClaim(folder);
  if (held !== undefined && isAlive(held)) {
    throw new MarqueeError({
      reason: "lake",
      what: `${folder} is in use by run ${held.runId} (process ${held.processId} on ${held.host}, since ${held.startedAt})`,
      next: `Wait for it, name another folder with --lake, or, if that run is dead, delete ${lockFile(folder)}`,
    });
  }
  await writeFile(lockFile(folder), mine);
  return held;
}

export async function releaseLake(folder: string): Promise<void> {
  await rm(lockFile(folder), { force: true });
}

async function readClaim(folder: string): Promise<Claim | undefined> {
  try {
    return claim.parse(JSON.parse(await readFile(lockFile(folder), "utf8")));
  } catch {
    // A claim cut off in the middle of writing is one of a killed run.
    return undefined;
  }
}

/** On another machine nobody can tell, so the claim counts. */
function isAlive({ processId, host }: Claim): boolean {
  if (host !== os.hostname()) return true;
  if (processId === process.pid) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
