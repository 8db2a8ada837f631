import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { z } from "zod";

import type { Claim } from "../../jobs/lake/lock.ts";
import { statusOf } from "../../jobs/lake/process-status.ts";

export const lockName = "lock.json";

/** What the id of a cleaning begins with: it claims a lake as a run does. */
export const cleaningPrefix = "clean-";

export function isCleaning(id: string): boolean {
  return id.startsWith(cleaningPrefix);
}

/**
 * What a lake's lock says: a run works on it, or one was killed and nobody has told of it yet. Of a
 * claim that was cut off in the middle of writing nothing more is known.
 */
export type Holder =
  { isAlive: true; claim: Claim } | { isAlive: false; claim: Claim | undefined } | undefined;

const claimSchema = z.object({
  runId: z.string(),
  startedAt: z.string(),
  sources: z.array(z.string()),
  processId: z.number(),
  processStart: z.string().optional(),
  host: z.string(),
});

/** Who holds a lake, by its lock alone: the lock is read and left as it is. */
export async function holderOf(lake: string): Promise<Holder> {
  const text = await readFile(path.join(lake, lockName), "utf8").catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const claim = claimIn(text);
  if (claim !== undefined && (await isAlive(claim))) return { isAlive: true, claim };
  return { isAlive: false, claim };
}

function claimIn(text: string): Claim | undefined {
  try {
    return claimSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** As the lock itself judges: on another machine nobody can tell, so the claim counts. */
async function isAlive({ processId, processStart, host }: Claim): Promise<boolean> {
  if (host !== os.hostname()) return true;
  const status = await statusOf(processId);
  if (status?.hasEnded === true) return false;
  if (status !== undefined && processStart !== undefined) return status.start === processStart;
  // This program works for nobody but itself: an earlier process had the same number.
  if (processId === process.pid) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
