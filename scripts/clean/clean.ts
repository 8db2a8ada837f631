import { rm, rmdir } from "node:fs/promises";

import { MarqueeError } from "../../errors.ts";
import { asWord } from "../../jobs/command-line.ts";
import { asLakeError } from "../../jobs/lake/folder.ts";
import { claimLake, holderOf, lockName, releaseLake } from "../../jobs/lake/lock.ts";
import { inUnits } from "../../jobs/report/transfer.ts";
import { newRunId } from "../../jobs/run.ts";
import type { Dataset } from "../../sql/catalog/types.ts";
import { cleaningPrefix } from "../lake/cleaning.ts";
import { expectLake } from "../lake/published.ts";
import type { Leftover } from "./findings.ts";
import { type CleaningPlan, planCleaning } from "./plan.ts";
import { planText } from "./text.ts";

export interface CleaningEffects {
  tell: (text: string) => void;
  /** Asks a person; undefined where there is nobody to ask. */
  confirm: (() => Promise<boolean>) | undefined;
}

/**
 * Removes from a lake what no published table needs, having said what and how much.
 *
 * @param isAgreed whether a person has agreed beforehand
 * @throws MarqueeError (usage) for a folder that is no lake, (lake) for one that a run holds, or that
 *   cannot be read or changed
 */
export async function clean(
  lake: string,
  isAgreed: boolean,
  datasets: readonly Dataset[],
  { tell, confirm }: CleaningEffects,
): Promise<void> {
  try {
    await expectLake(lake);
    await expectNobodyThere(lake);
    const plan = await planCleaning(lake, datasets);
    tell(planText(lake, plan));
    if (plan.leftovers.length === 0) return;

    if (!isAgreed && confirm === undefined) {
      tell(`Nothing was removed. To agree: npm run clean -- --lake ${asWord(lake)} --yes`);
    } else if (isAgreed || (await confirm?.()) === true) {
      const freed = await removeShown(lake, plan, datasets);
      tell(`Removed; ${inUnits(freed)} are free again.`);
    } else tell("Nothing was removed.");
  } catch (error) {
    throw asLakeError(lake, error);
  }
}

/** Before anything is asked: what a run has in hand would be out of date in the answer. */
async function expectNobodyThere(lake: string): Promise<void> {
  const holder = await holderOf(lake);
  if (holder?.isAlive !== true) return;
  const { runId, processId, host, startedAt } = holder.claim;
  throw new MarqueeError({
    reason: "lake",
    what: `${lake} is in use by run ${runId} (process ${processId} on ${host}, since ${startedAt})`,
    next: `Wait for it; npm run runs -- --lake ${asWord(lake)} shows how it stands`,
  });
}

/**
 * Removes what a person has seen. The lake is claimed, so that no run begins meanwhile, and looked at
 * again, since one may have come and gone before.
 *
 * @returns bytes that came free
 */
async function removeShown(
  lake: string,
  shown: CleaningPlan,
  datasets: readonly Dataset[],
): Promise<number> {
  const now = new Date();
  const runId = `${cleaningPrefix}${newRunId(now)}`;
  await claimLake(lake, { runId, startedAt: now.toISOString(), sources: [] });
  try {
    const { leftovers, freed } = await planCleaning(lake, datasets);
    const before = new Set(shown.leftovers.flatMap(({ places, folder }) => [...places, folder]));
    let sum = 0;
    for (const [index, leftover] of leftovers.entries()) {
      const isShown = leftover.places.every((place) => before.has(place));
      // The claim itself is given back at the end.
      if (!isShown || leftover.name === lockName) continue;
      await remove(leftover);
      sum += freed[index] ?? 0;
    }
    return sum;
  } finally {
    await releaseLake(lake);
  }
}

async function remove({ places, folder }: Leftover): Promise<void> {
  for (const place of places) await rm(place, { recursive: true, force: true });
  if (folder === undefined) return;
  await rmdir(folder).catch((error: unknown) => {
    // A stranger's file lies in it.
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
  });
}
