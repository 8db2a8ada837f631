import { z } from "zod";

import { MarqueeError } from "../../errors.ts";
import type { Cloud } from "../../jobs/cloud/cloud.ts";
import { defaultPatience, placeOf, uriOf } from "../../jobs/lake/bucket/client.ts";
import type { FolderLake } from "../../jobs/lake/folder.ts";
import { readObject } from "../../jobs/lake/bucket/objects.ts";
import { readPointer } from "../../jobs/lake/bucket/pointer.ts";

const state = z.object({ prepared: z.object({ synthetic: z.boolean() }).optional() });

/**
 * A proof replaces what an environment shows by the sample. Asked before anything is done; until the
 * proof's run has its lease another one may publish, so that it asks once more: expectMadeUp().
 *
 * @throws MarqueeError (usage) where it shows other data than made-up ones
 */
export async function expectNothingReal(cloud: Cloud): Promise<void> {
  const place = placeOf(cloud, defaultPatience);
  const { value } = await readPointer(place);
  if (value === undefined) return;
  const stored = await readObject(place, `${value.folder}/lake.json`);
  const known = state.safeParse(JSON.parse(stored?.text ?? "null")).data;
  if (known === undefined || known.prepared?.synthetic === false) throw realData(cloud);
}

/**
 * The same of the lake that a run has taken over from the bucket, under its lease.
 *
 * @throws MarqueeError (usage) where it holds other data than made-up ones
 */
export async function expectMadeUp(cloud: Cloud, lake: FolderLake): Promise<void> {
  const published = await lake.published();
  if (published?.state.prepared?.synthetic === false) throw realData(cloud);
}

/**
 * Looks at what a run has published, as long as nobody else publishes: its lease has ended by then.
 *
 * @throws MarqueeError (cloud) where somebody else has published behind the run, whatever was seen
 */
export async function undisturbed<T>(
  cloud: Cloud,
  runId: string,
  look: () => Promise<T>,
): Promise<T> {
  const place = placeOf(cloud, defaultPatience);
  const before = await readPointer(place);
  // Whoever loads BigQuery says so before, under the name of the run that it comes after.
  if (before.value?.runId !== runId || !before.value.loaded) throw disturbed(before.value?.runId);
  const [seen] = await Promise.allSettled([look()]);
  const after = await readPointer(place);
  // Whoever loads BigQuery replaces the pointer first.
  if (after.generation !== before.generation) throw disturbed(after.value?.runId);
  if (seen.status === "rejected") throw seen.reason;
  return seen.value;

  function disturbed(other: string | undefined): MarqueeError {
    const who = other === undefined || other === runId ? "another run" : `run ${other}`;
    return new MarqueeError({
      reason: "cloud",
      what: `${who} has published to ${uriOf(place)} while the proof looked at the tables of ${runId}: nothing can be said of them`,
      next: "Prove it again while nobody else works on it",
    });
  }
}

function realData({ settings: { environment } }: Cloud): MarqueeError {
  return new MarqueeError({
    reason: "usage",
    what: `${environment} shows real data, and a proof would put the sample in its place`,
    next: "Prove it on an environment of its own: a copy of settings/dev.yml under another name",
  });
}
