import { readdir, realpath } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import { unreadable } from "./find.ts";

/** A folder of files that came together. */
export interface Delivery {
  folder: string;
  /** Names of what lies in it. */
  entries: string[];
  /** The day, at midnight UTC, that the folder is named by; undefined where it is not. */
  date: Date | undefined;
  /** The same for the deliveries of one data set. */
  series: string;
}

export interface Deliveries {
  /** The oldest first. */
  deliveries: Delivery[];
  /** What lies beside dated deliveries and belongs to none. */
  beside: { folder: string; names: string[] }[];
}

/**
 * The deliveries in a run's folders; a folder that is named twice counts once. A folder either holds
 * files, or dated deliveries: folders named by their day, such as 2024-01-31.
 *
 * @param isKnown whether a file of this name is one that is read
 * @throws MarqueeError (input) for a folder that cannot be read, for known files beside dated
 *   deliveries, for a name that looks like a day but is none, and for two deliveries of one day
 */
export async function deliveriesOf(
  folders: readonly string[],
  isKnown: (name: string) => boolean,
): Promise<Deliveries> {
  const found = new Map<string, Delivery>();
  const beside: Deliveries["beside"] = [];
  for (const folder of folders) {
    const inside = await deliveriesIn(folder, isKnown);
    if (inside.beside.length > 0) beside.push({ folder, names: inside.beside });
    for (const delivery of inside.deliveries) {
      const place = await real(delivery.folder);
      if (!found.has(place)) found.set(place, delivery);
    }
  }
  // Undated ones count as delivered now. Sorting is stable: equals keep the order of the folders.
  const time = ({ date }: Delivery): number => date?.getTime() ?? Number.POSITIVE_INFINITY;
  const deliveries = [...found.values()].sort((a, b) =>
    time(a) === time(b) ? 0 : time(a) - time(b),
  );
  expectDistinctDays(deliveries);
  return { deliveries, beside };
}

async function deliveriesIn(
  folder: string,
  isKnown: (name: string) => boolean,
): Promise<{ deliveries: Delivery[]; beside: string[] }> {
  const place = await real(folder);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const names = entries.map(({ name }) => name).sort();
  const dated = entries
    .filter((entry) => !entry.isFile() && dayOf(folder, entry.name) !== undefined)
    .map(({ name }) => name)
    .sort();
  if (dated.length === 0) {
    const date = dayOf(path.dirname(place), path.basename(place));
    const series = date === undefined ? place : path.dirname(place);
    return { deliveries: [{ folder, entries: names, date, series }], beside: [] };
  }

  const beside = names.filter((name) => !dated.includes(name));
  await expectNothingLost(folder, beside, isKnown);
  const deliveries = dated.map(async (name): Promise<Delivery> => {
    const below = path.join(folder, name);
    const inside = await readdir(below).catch((error: unknown) => {
      throw unreadable(below, error);
    });
    return { folder: below, entries: inside.sort(), date: dayOf(folder, name), series: place };
  });
  return { deliveries: await Promise.all(deliveries), beside };
}

/** A delivery whose day is mistyped, or that was not unpacked, must not be passed over. */
async function expectNothingLost(
  folder: string,
  beside: readonly string[],
  isKnown: (name: string) => boolean,
): Promise<void> {
  for (const name of beside) {
    const inside = await readdir(path.join(folder, name)).catch(() => []);
    const isData = isKnown(name) || name.toLowerCase().endsWith(".zip") || inside.some(isKnown);
    if (!isData) continue;
    throw new MarqueeError({
      reason: "input",
      what: `${folder} holds ${name} beside dated deliveries`,
      next: "Put its files into a folder named by their day, such as 2024-01-31, or move it away",
    });
  }
}

function expectDistinctDays(deliveries: readonly Delivery[]): void {
  const byDay = new Map<string, Delivery>();
  for (const delivery of deliveries) {
    if (delivery.date === undefined) continue;
    const day = `${delivery.series}\n${delivery.date.toISOString()}`;
    const other = byDay.get(day);
    if (other !== undefined) {
      throw new MarqueeError({
        reason: "input",
        what: `${other.folder} and ${delivery.folder} are deliveries of the same day`,
        next: "Nobody can tell which is the newer one: put the files of a day into one folder",
      });
    }
    byDay.set(day, delivery);
  }
}

const dayForm = /^(\d{4})(-?)(\d{2})\2(\d{2})$/;

/** Whether a folder's name has the form of a day: 2024-01-31 or 20240131. */
export function looksLikeDay(name: string): boolean {
  return dayForm.test(name);
}

/** The day that a folder is named by. Eight digits that are no day are just a name. */
function dayOf(folder: string, name: string): Date | undefined {
  const parts = dayForm.exec(name);
  if (parts === null) return undefined;
  const iso = `${parts[1] ?? ""}-${parts[3] ?? ""}-${parts[4] ?? ""}`;
  const date = new Date(`${iso}T00:00:00Z`);
  if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso)) return date;
  if (parts[2] === "") return undefined;
  throw new MarqueeError({
    reason: "input",
    what: `${path.join(folder, name)} is named like a day, but there is no such day`,
    next: "Name a delivery's folder by its day, such as 2024-01-31",
  });
}

async function real(folder: string): Promise<string> {
  return realpath(folder).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
}
