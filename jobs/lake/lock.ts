import { createHash, randomUUID } from "node:crypto";
import {
  constants,
  copyFile,
  link,
  mkdir,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { z } from "zod";

import { MarqueeError } from "../../errors.ts";
import { statusOf } from "./process-status.ts";

const claimedRun = z.object({
  runId: z.string(),
  startedAt: z.string(),
  sources: z.array(z.string()),
  /** The command that does the same again. */
  command: z.string().optional(),
  target: z.string().optional(),
  engine: z.string().optional(),
});

/** What a run says of itself, for whoever finds that it was killed. */
export type ClaimedRun = z.infer<typeof claimedRun>;

/** The same with whoever works for it: on a lake in a folder and on one in a bucket. */
export const workingRun = claimedRun.extend({ processId: z.number(), host: z.string() });

const claim = workingRun.extend({
  /** Tells the process from a later one of the same number, where the system tells when it began. */
  processStart: z.string().optional(),
});

/** Who works on a lake: written when a run begins, taken away when it ends. */
export type Claim = z.infer<typeof claim>;

/** Far more than it takes where others come and go all the time. */
const mostTries = 100;

export const lockName = "lock.json";

const lockFile = (folder: string): string => path.join(folder, lockName);

/** Where claims are written before they count: the next run clears away what a killed one left. */
const draftsFolder = (folder: string): string => path.join(folder, "versions");

/**
 * Claims a lake for one run. Of all that ask at once, one gets it.
 *
 * @returns the claim of an earlier run that was killed, if one left it behind
 * @throws MarqueeError (lake) saying who holds it
 */
export async function claimLake(folder: string, run: ClaimedRun): Promise<Claim | undefined> {
  const mine: Claim = { ...run, ...(await thisProcess()) };
  const left = await claimFile(folder, lockFile(folder), JSON.stringify(mine));
  return left === undefined ? undefined : claimIn(left);
}

/**
 * What a lake's lock says: a run works on it, or one was killed and nobody has told of it yet. Of a
 * claim that was cut off in the middle of writing nothing more is known.
 */
export type Holder =
  { isAlive: true; claim: Claim } | { isAlive: false; claim: Claim | undefined } | undefined;

/** Who holds a lake, by its lock alone: the lock is read and left as it is. */
export async function holderOf(folder: string): Promise<Holder> {
  const text = await textOf(lockFile(folder));
  return text === undefined ? undefined : holderIn(text);
}

/** Ends this process's own claim; another's stays. */
export async function releaseLake(folder: string): Promise<void> {
  const held = claimIn((await textOf(lockFile(folder))) ?? "");
  const { processId, processStart, host } = await thisProcess();
  const isMine =
    held?.processId === processId && held.processStart === processStart && held.host === host;
  if (isMine) await rm(lockFile(folder), { force: true });
}

/** @returns the text of a dead claim in whose place this one is; undefined where there was none */
async function claimFile(folder: string, file: string, mine: string): Promise<string | undefined> {
  for (let tries = 0; tries < mostTries; tries++) {
    if (await create(folder, file, mine)) return undefined;
    const held = await textOf(file);
    if (held === undefined) continue;
    const holder = await holderIn(held);
    if (holder.isAlive) throw inUse(folder, file, holder.claim);
    if (await takeOver(folder, file, held, mine)) return held;
  }
  throw new MarqueeError({
    reason: "lake",
    what: `${file} cannot be claimed, and nobody holds it`,
    next: "Delete it and run again",
  });
}

/** The claim stands there whole or not at all: nobody may take half of one for a dead one's. */
async function create(folder: string, file: string, mine: string): Promise<boolean> {
  return withDraft(folder, mine, async (draft) => {
    await link(draft, file).catch((error: unknown) => {
      if (isLost(error)) throw error;
      // Not every file system has second names.
      return copyFile(draft, file, constants.COPYFILE_EXCL);
    });
  });
}

/**
 * Puts a claim in a dead one's place. Who may do that is decided by a claim on the dead one, so that
 * nobody who has seen it a moment ago takes a successor for it.
 */
async function takeOver(
  folder: string,
  file: string,
  dead: string,
  mine: string,
): Promise<boolean> {
  const digest = createHash("sha256").update(dead).digest("hex");
  const right = path.join(draftsFolder(folder), `${digest.slice(0, 16)}.heir`);
  await claimFile(folder, right, mine);
  try {
    if ((await textOf(file)) !== dead) return false;
    return await withDraft(folder, mine, (draft) => rename(draft, file));
  } finally {
    await rm(right, { force: true });
  }
}

/** @returns whether it could be used: not where another was first, or has cleared the draft away */
async function withDraft(
  folder: string,
  text: string,
  use: (draft: string) => Promise<void>,
): Promise<boolean> {
  const draft = path.join(draftsFolder(folder), `${randomUUID()}.claim`);
  try {
    await mkdir(draftsFolder(folder), { recursive: true });
    await writeFile(draft, text);
    await use(draft);
    return true;
  } catch (error) {
    if (isLost(error)) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function isLost(error: unknown): boolean {
  return ["EEXIST", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "");
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: unknown) => {
    // What should be the lake's folder may be a file.
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return undefined;
    throw error;
  });
}

async function holderIn(text: string): Promise<NonNullable<Holder>> {
  const claimed = claimIn(text);
  if (claimed !== undefined && (await isAlive(claimed))) return { isAlive: true, claim: claimed };
  return { isAlive: false, claim: claimed };
}

/** @returns undefined for what cannot be read: a machine that lost its power leaves such a claim */
function claimIn(text: string): Claim | undefined {
  try {
    return claim.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function thisProcess(): Promise<Pick<Claim, "processId" | "processStart" | "host">> {
  const processStart = (await statusOf(process.pid))?.start;
  return { processId: process.pid, processStart, host: os.hostname() };
}

/** On another machine nobody can tell, so the claim counts. */
async function isAlive({ processId, processStart, host }: Claim): Promise<boolean> {
  if (host !== os.hostname()) return true;
  const status = await statusOf(processId);
  if (status?.hasEnded === true) return false;
  if (status !== undefined && processStart !== undefined) return status.start === processStart;
  // This process has not claimed it: an earlier one had the same number, as in a container.
  if (processId === process.pid) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function inUse(folder: string, file: string, holder: Claim): MarqueeError {
  const { runId, processId, host, startedAt } = holder;
  return new MarqueeError({
    reason: "lake",
    what: `${folder} is in use by run ${runId} (process ${processId} on ${host}, since ${startedAt})`,
    next: `Wait for it, name another folder with --lake, or, if that run is dead, delete ${file}`,
  });
}
