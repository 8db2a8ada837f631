import { readdir } from "node:fs/promises";
import path from "node:path";

import type { Dataset } from "../../sql/catalog/types.ts";
import { bucketOf, markName } from "../../jobs/cloud/working-copy.ts";
import { asWord } from "../../jobs/command-line.ts";
import { commandToGoOn, type LaterStep, nextStep } from "../lake/going-on.ts";
import { dashboardDraft } from "../../jobs/dashboard/write-dashboard.ts";
import { linkedNames } from "../../jobs/lake/folder.ts";
import { type Holder, holderOf, lockName } from "../../jobs/lake/lock.ts";
import { type Published, publishedIn, versionName, workState } from "../lake/published.ts";
import { type Findings, isFolder, type Leftover, nothing, together } from "./findings.ts";
import { freedBytes } from "./freed.ts";
import { inRaw } from "./raw.ts";

export interface CleaningPlan extends Findings {
  /** Bytes that the removal of each leftover frees. */
  freed: number[];
}

const stateFile = "lake.json";
const workParts = [
  ...linkedNames,
  ...[stateFile, `${stateFile}.next`, "warehouse.duckdb.wal", "kept", "spill", "typed", "changes"],
];
/** How far a backfill has come: it is needed until the last of its batches. */
const backfillFiles = ["backfill.json", "backfill.json.next"];

/** What a process leaves that is killed while it claims the lake. */
const draftName = /^([0-9a-f-]{36}\.claim|[0-9a-f]{16}\.heir)$/;

/**
 * Finds what could be removed from a lake; nothing is changed.
 *
 * @throws MarqueeError (lake) where it cannot be told what is published
 */
export async function planCleaning(
  lake: string,
  datasets: readonly Dataset[],
): Promise<CleaningPlan> {
  const published = await publishedIn(lake);
  const found = together(
    await inLake(lake),
    await inWork(lake),
    await inVersions(lake, published),
    await inRaw(lake, published?.state.prepared?.sources ?? [], datasets),
    deadLock(lake, await holderOf(lake)),
  );
  const freed = await freedBytes(found.leftovers.map(({ places }) => places));
  return { ...found, freed };
}

/** The lake folder itself: the names of a lake, and whatever else lies there. */
async function inLake(lake: string): Promise<Findings> {
  const entries = await readdir(lake, { withFileTypes: true });
  const half = "current.next";
  const strangers = entries.filter((entry) => {
    if ([lockName, markName, ...backfillFiles].includes(entry.name)) return !entry.isFile();
    if (["work", "versions", "raw"].includes(entry.name)) return !entry.isDirectory();
    return ![...linkedNames, "current", half].includes(entry.name) || !entry.isSymbolicLink();
  });
  const isHalfDone = entries.some((entry) => entry.name === half && entry.isSymbolicLink());
  const leftover = {
    name: half,
    why: "a run was killed while it published",
    places: [path.join(lake, half)],
  };
  return {
    leftovers: isHalfDone ? [leftover] : [],
    strangers: strangers.map(({ name }) => name),
  };
}

/** Which environment a working copy belongs to, only its runs tell. */
async function wayOn(step: LaterStep, lake: string): Promise<string> {
  const isCopy = (await bucketOf(lake)) !== undefined;
  return isCopy ? `npm run runs -- --lake ${asWord(lake)}` : commandToGoOn(step, lake);
}

async function inWork(lake: string): Promise<Findings> {
  const work = path.join(lake, "work");
  if (!(await isFolder(work))) return nothing;
  const names = await readdir(work);
  const isOwn = (name: string): boolean => workParts.includes(name) || dashboardDraft.test(name);
  const own = names.filter(isOwn);
  const strangers = names.filter((name) => !isOwn(name));
  const state = await workState(lake);
  const step = nextStep(state);
  const maker = state?.prepared === undefined ? "" : ` of run ${state.prepared.runId}`;
  // The state goes first: half of the tables must not be taken for something to go on with.
  const inOrder = [...own].sort(
    (one, two) => Number(two === stateFile) - Number(one === stateFile),
  );
  const leftover = {
    name: "work/",
    why: `unfinished tables${maker}`,
    note: step && `a run can still go on from work/: ${await wayOn(step, lake)}`,
    places: inOrder.map((name) => path.join(work, name)),
    folder: work,
  };
  return {
    leftovers: own.length > 0 || names.length === 0 ? [leftover] : [],
    strangers: strangers.map((name) => `work/${name}`),
  };
}

async function inVersions(lake: string, published: Published | undefined): Promise<Findings> {
  const versions = path.join(lake, "versions");
  if (!(await isFolder(versions))) return nothing;
  const leftovers: Leftover[] = [];
  const strangers: string[] = [];
  for (const entry of await readdir(versions, { withFileTypes: true })) {
    if (published !== undefined && entry.name === path.basename(published.folder)) continue;
    const isHalf = entry.name.endsWith(".next");
    if (entry.isDirectory() && versionName.test(entry.name.replace(/\.next$/, ""))) {
      leftovers.push({
        name: `versions/${entry.name}/`,
        why: isHalf ? "a version that was never finished" : "not the version that readers see",
        places: [path.join(versions, entry.name)],
      });
    } else if (entry.isFile() && draftName.test(entry.name)) {
      leftovers.push({
        name: `versions/${entry.name}`,
        why: "a claim on the lake that never counted",
        places: [path.join(versions, entry.name)],
      });
    } else strangers.push(`versions/${entry.name}`);
  }
  return { leftovers, strangers };
}

function deadLock(lake: string, holder: Holder): Findings {
  if (holder === undefined || holder.isAlive) return nothing;
  const id = holder.claim?.runId;
  const leftover = {
    name: lockName,
    why: id === undefined ? "a claim cut off by a kill" : `the process of run ${id} is dead`,
    note: id && `without ${lockName} no later run tells in ops that ${id} was killed`,
    places: [path.join(lake, lockName)],
  };
  return { leftovers: [leftover], strangers: [] };
}
