import path from "node:path";
import { env } from "node:process";

import { MarqueeError } from "../../errors.ts";
import type { Dataset, Source } from "../../sql/catalog/types.ts";
import type { Log } from "../report/log.ts";
import { adviceOn, credentialHeaders } from "./credentials.ts";
import { download, type Downloaded, type Patience } from "./download.ts";
import { filesFolder, type Origin, readOrigin } from "./origin.ts";
import { repair, replaceRaw } from "./raw-folder.ts";
import { unpackKnown } from "./zip-source.ts";

export interface FetchEffects {
  sources: readonly Source[];
  log: Log;
  environment?: NodeJS.ProcessEnv;
  patience?: Patience;
  now?: () => Date;
}

/**
 * Fetches a dataset into its raw folder, unless it is there and unchanged: the file as received, its
 * known files below files/, and origin.json.
 *
 * @throws MarqueeError (network) where it cannot be had, (input) where it is not what it should be,
 *   (lake) where it cannot be kept. The raw folder is as it was then
 */
export async function fetchDataset(
  dataset: Dataset,
  folder: string,
  effects: FetchEffects,
): Promise<void> {
  const { log } = effects;
  await repair(folder);
  const known = await readOrigin(folder);
  if (known !== undefined && isFinal(dataset, known)) {
    log.info(`${dataset.name} is in ${folder} already, and its publisher never changes it`, {
      step: "fetch",
      dataset: dataset.name,
    });
    return;
  }

  const build = (next: string): Promise<Origin | undefined> =>
    fetchInto(next, dataset, known, effects);
  const isNew = await replaceRaw(folder, build).catch((error: unknown) => {
    throw known === undefined ? error : offeringCopy(error, known);
  });
  if (isNew) {
    log.info(`${dataset.name} is in ${path.join(folder, filesFolder)}`, {
      step: "fetch",
      dataset: dataset.name,
    });
  }
}

/** @returns undefined where the dataset has not changed since it was fetched */
async function fetchInto(
  next: string,
  dataset: Dataset,
  known: Origin | undefined,
  effects: FetchEffects,
): Promise<Origin | undefined> {
  const { log, now = () => new Date() } = effects;
  const { file, form } = dataset.download;
  // A zip is kept as received; any other file is read as it is.
  const target = path.join(next, ...(form === "zip" ? [] : [filesFolder]), file);
  const received = await receive(dataset, target, known, effects);
  if (received.unchanged) {
    log.info(`${dataset.name} has not changed since ${known?.fetched_at ?? ""}`, {
      step: "fetch",
      dataset: dataset.name,
    });
    return undefined;
  }
  const unpacked =
    form === "zip"
      ? await unpackKnown(target, next, effects).catch((error: unknown) => {
          throw unusable(dataset, error);
        })
      : { files: [{ name: file, bytes: received.bytes }], left_packed: [] };
  return originOf(dataset, received, unpacked, now());
}

async function receive(
  { name, download: { file, address, form, bytes, md5, credentials } }: Dataset,
  target: string,
  known: Origin | undefined,
  { log, environment = env, patience }: FetchEffects,
): Promise<Downloaded> {
  const headers = credentials === undefined ? {} : credentialHeaders(environment);
  const stamp = known && {
    etag: known.received.etag,
    lastModified: known.received.last_modified,
  };
  log.info(`Fetching ${name} from ${address}`, { step: "fetch", dataset: name, address });
  return log.transfer(`fetching ${file}`, (progress) =>
    download({ name: file, address, form, bytes, md5, headers }, target, {
      known: stamp,
      log,
      progress,
      ...(patience === undefined ? {} : { patience }),
    }).catch((error: unknown) => {
      throw credentials === undefined ? error : adviceOn(error, environment);
    }),
  );
}

/** A file whose checksum is declared is the one that it will always be. */
function isFinal({ download: { md5 } }: Dataset, { received }: Origin): boolean {
  return md5 !== undefined && received.md5 === md5;
}

function originOf(
  { name, licence, redistributable, download: { file, address } }: Dataset,
  received: Extract<Downloaded, { unchanged: false }>,
  unpacked: Pick<Origin, "files" | "left_packed">,
  now: Date,
): Origin {
  return {
    source: name,
    address,
    licence,
    redistributable,
    fetched_at: now.toISOString(),
    received: {
      name: file,
      bytes: received.bytes,
      sha256: received.sha256,
      md5: received.md5,
      etag: received.etag,
      last_modified: received.lastModified,
    },
    ...unpacked,
  };
}

/** Without a network the copy that is there is better than nothing, if a person says so. */
function offeringCopy(error: unknown, known: Origin): unknown {
  if (!(error instanceof MarqueeError) || error.reason !== "network") return error;
  const copy = `The copy of ${known.fetched_at} is still there: add --only prepare,transform,check,publish to go on with it`;
  return new MarqueeError({
    reason: error.reason,
    what: error.message,
    next: error.next === undefined ? copy : `${error.next}. ${copy}`,
    cause: error,
  });
}

/** What was fetched is gone by then: advice about the file itself would lead nowhere. */
function unusable({ name, page }: Dataset, error: unknown): unknown {
  if (!(error instanceof MarqueeError) || error.reason !== "input") return error;
  return new MarqueeError({
    reason: "input",
    what: `${name} has come, but cannot be used: ${error.message}`,
    next: `Fetch it again; if that does not help, look at ${page}, download it by hand and name the folder`,
    cause: error,
  });
}
