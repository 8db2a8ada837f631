import { rm, stat } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../errors.ts";
import type { Source } from "../../sql/catalog/types.ts";
import { sha256Of } from "../checksum.ts";
import { looksLikeDay } from "../prepare/deliveries.ts";
import { isKnown, unreadable } from "../prepare/find.ts";
import type { Log } from "../report/log.ts";
import { inUnits } from "../report/transfer.ts";
import { filesFolder, type Origin, originFile, readOrigin } from "./origin.ts";
import { repair, replaceRaw } from "./raw-folder.ts";
import { unzip, type Unzipped } from "./unzip.ts";

/**
 * Unpacks the known files of a zip that a person has into its raw folder, unless they are there.
 *
 * @throws MarqueeError (input) for a zip that is damaged, hostile or holds no known file; (lake) where
 *   there is no room. The raw folder is as it was then
 */
export async function unpackZip(
  zip: string,
  folder: string,
  { sources, log }: { sources: readonly Source[]; log: Log },
): Promise<void> {
  const { size } = await stat(zip);
  const sha256 = await zipSha256(zip);
  await repair(folder);
  const known = await readOrigin(folder);
  if (known?.received.sha256 === sha256) {
    log.info(`${zip} is unpacked in ${folder} already`, { step: "fetch", zip });
    return;
  }
  await replaceRaw(folder, async (next) => ({
    source: zip,
    address: path.resolve(zip),
    fetched_at: new Date().toISOString(),
    received: { name: path.basename(zip), bytes: size, sha256 },
    ...(await unpackKnown(zip, next, { sources, log })),
  }));
}

/**
 * Unpacks those of a zip's files that prepare reads into a raw folder's files/.
 *
 * @throws MarqueeError (input) where there is none
 */
export async function unpackKnown(
  zip: string,
  folder: string,
  { sources, log }: { sources: readonly Source[]; log: Log },
): Promise<Pick<Origin, "files" | "left_packed">> {
  const isRead = (entry: string): boolean => isKnown(sources, path.posix.basename(entry));
  // A zip of made-up data must not lose the file that says so.
  const isWanted = (entry: string): boolean =>
    isRead(entry) || path.posix.basename(entry) === originFile;
  const target = path.join(folder, filesFolder);
  await rm(target, { recursive: true, force: true });
  const unzipped = await log.transfer(`unpacking ${path.basename(zip)}`, (progress) =>
    unzip(zip, target, isWanted, { progress }),
  );
  const read = unzipped.files.filter((file) => isRead(file.path));
  expectOnePlace(zip, read);
  if (read.length > 0) {
    const bytes = read.reduce((sum, file) => sum + file.bytes, 0);
    const left = unzipped.leftOut.length === 0 ? "" : `; ${unzipped.leftOut.length} left packed`;
    log.info(`${path.basename(zip)}: ${read.length} files, ${inUnits(bytes)}${left}`, {
      step: "fetch",
    });
    return told(unzipped);
  }
  throw new MarqueeError({
    reason: "input",
    what: `${zip} holds no file that Marquee knows`,
    next: `It holds ${unzipped.leftOut.slice(0, 5).join(", ") || "nothing"}: unpack it by hand and name the folder`,
  });
}

/** Known files lie in one folder, or in dated deliveries beside each other. */
function expectOnePlace(zip: string, files: Unzipped["files"]): void {
  const places = [...new Set(files.map((file) => path.posix.dirname(file.path)))];
  const isDated = (place: string): boolean => looksLikeDay(path.posix.basename(place));
  const series = new Set(places.map((place) => path.posix.dirname(place)));
  if (places.length < 2 || (places.every(isDated) && series.size === 1)) return;
  throw new MarqueeError({
    reason: "input",
    what: `${zip} holds known files in several folders: ${places.slice(0, 5).join(", ")}`,
    next: "Unpack it by hand and name the folder that you mean",
  });
}

function told({ files, leftOut }: Unzipped): Pick<Origin, "files" | "left_packed"> {
  return { files: files.map(({ path: name, bytes }) => ({ name, bytes })), left_packed: leftOut };
}

/** A zip's SHA-256. @throws MarqueeError (input) where it cannot be read */
export async function zipSha256(zip: string): Promise<string> {
  return sha256Of(zip).catch((error: unknown) => {
    throw unreadable(zip, error);
  });
}
