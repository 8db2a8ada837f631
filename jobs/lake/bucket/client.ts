import { type Bucket, IdempotencyStrategy, RETRYABLE_ERR_FN_DEFAULT } from "@google-cloud/storage";

import { type Cloud } from "../../cloud/cloud.ts";
import { cloudFault } from "../../cloud/faults.ts";
import { storageOf } from "../../cloud/storage.ts";
import { Crc32c } from "./crc32c.ts";

/** How long a run waits for Cloud Storage, and others for a run. */
export interface Patience {
  /** How often a request is made again; the waits between double from a second on. */
  retries: number;
  /** A lease is renewed so often. */
  renewSeconds: number;
  /** A lease that was not renewed for so long has run out. */
  expireSeconds: number;
  /** A download of which nothing comes for so long is begun again. */
  stallSeconds: number;
  /** A request that is not answered after so long is made again; that includes what it sends. */
  answerSeconds: number;
  /** A file of more bytes is sent in parts of at least so many. */
  partBytes: number;
}

/** Half a minute of retries; four renewals may fail before a lease runs out. */
export const defaultPatience: Patience = {
  retries: 5,
  renewSeconds: 60,
  expireSeconds: 300,
  stallSeconds: 30,
  // Even at 120 kB a second a part is through by then.
  answerSeconds: 300,
  // Some seconds on a connection of 100 Mbit/s.
  partBytes: 32 * 2 ** 20,
};

/** The bucket of the lake, and what messages about it say. */
export interface Place {
  cloud: Cloud;
  bucket: Bucket;
  patience: Patience;
}

export function placeOf(cloud: Cloud, patience: Patience): Place {
  const storage = storageOf(cloud, {
    timeout: patience.answerSeconds * 1000,
    crc32cGenerator: () => new Crc32c(),
    retryOptions: {
      maxRetries: patience.retries,
      retryableErrorFn: isPassing,
      // Whatever is written has either a name of its own or a precondition: to do it twice does no
      // harm. By the other strategies the client turns retries off for all that goes on beside.
      idempotencyStrategy: IdempotencyStrategy.RetryAlways,
    },
  });
  return { cloud, bucket: storage.bucket(cloud.names.lake), patience };
}

/** The address of an object, or of the objects below a name. */
export function uriOf({ bucket }: Place, name?: string): string {
  return name === undefined ? `gs://${bucket.name}` : `gs://${bucket.name}/${name}`;
}

/**
 * Does something with the bucket.
 *
 * @param what it is, for the message: "reading gs://lake/current.json"
 * @throws MarqueeError (cloud) for what Cloud Storage refuses; errors of this machine's own disk as
 *   they are
 */
export async function asked<T>(
  { cloud, bucket }: Place,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isLocal(error)) throw error;
    const needs = `roles/storage.objectUser on the bucket ${bucket.name}`;
    throw cloudFault(error, { what, needs, on: `the bucket gs://${bucket.name}` }, cloud);
  }
}

export function statusOf(error: unknown): number | undefined {
  const code = Number((error as { code?: unknown } | undefined)?.code);
  return Number.isNaN(code) ? undefined : code;
}

const passingCodes = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ETIMEDOUT",
];

/** Whether what went wrong may go well a moment later. */
export function isPassing(error: unknown): boolean {
  const { code, type } = (error ?? {}) as { code?: unknown; type?: unknown };
  const isKnown = RETRYABLE_ERR_FN_DEFAULT(error as Parameters<typeof RETRYABLE_ERR_FN_DEFAULT>[0]);
  // A request that took too long has no code.
  return isKnown || type === "request-timeout" || passingCodes.includes(String(code));
}

const localCodes = ["EACCES", "EDQUOT", "EIO", "EISDIR", "EMFILE", "ENOENT", "ENOSPC", "ENOTDIR"];

/** Errors of files on this machine, which are not the cloud's. */
function isLocal(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code !== undefined && [...localCodes, "EPERM", "EROFS"].includes(code);
}
