import { type Bucket, IdempotencyStrategy, RETRYABLE_ERR_FN_DEFAULT } from "@google-cloud/storage";
import pLimit, { type LimitFunction } from "p-limit";

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
  /** A request that is not answered after so long is made again. */
  answerSeconds: number;
  /** The same for one that sends a file or a part of one, which its bytes count towards. */
  sendSeconds: number;
  /** The same for the few bytes of the lease and the pointer, which must not come too late. */
  urgentSeconds: number;
  /** A file of more bytes is sent in parts of at least so many. */
  partBytes: number;
}

/** Half a minute of retries; a lease may fail to be renewed for four minutes before it runs out. */
export const defaultPatience: Patience = {
  retries: 5,
  renewSeconds: 60,
  expireSeconds: 300,
  stallSeconds: 30,
  answerSeconds: 60,
  // Four parts of the smallest size at once, as a file of up to 1 GiB has them, at 600 kbit/s.
  sendSeconds: 1800,
  // With its retries a write is over in a minute and a half, whatever the network does.
  urgentSeconds: 10,
  // Some seconds on a connection of 100 Mbit/s.
  partBytes: 32 * 2 ** 20,
};

/** The bucket of the lake, and what messages about it say. */
export interface Place {
  cloud: Cloud;
  bucket: Bucket;
  patience: Patience;
}

/** The same, for whoever sends files there. */
export interface FilePlace extends Place {
  uploads: {
    /** The bucket, with time for what is sent. */
    bucket: Bucket;
    /** Lets so many files and parts be on their way that none of them takes too long. */
    inTurn: LimitFunction;
  };
}

/** Files and parts that are sent, fetched or copied at once. */
export const atOnce = 4;

/** So long the client waits at the most before it asks again, in seconds. */
const longestWait = 64;

/** The bucket for what is asked about it; messages about it too. */
export function placeOf(cloud: Cloud, patience: Patience): Place {
  return { cloud, patience, bucket: bucketOf(cloud, patience, patience.answerSeconds) };
}

/** The same bucket for what is small and urgent. */
export function urgentPlaceOf(cloud: Cloud, patience: Patience): Place {
  return { cloud, patience, bucket: bucketOf(cloud, patience, patience.urgentSeconds) };
}

/** The same bucket for files. */
export function filePlaceOf(cloud: Cloud, patience: Patience): FilePlace {
  const bucket = bucketOf(cloud, patience, patience.sendSeconds);
  return { ...placeOf(cloud, patience), uploads: { bucket, inTurn: pLimit(atOnce) } };
}

function bucketOf(cloud: Cloud, patience: Patience, seconds: number): Bucket {
  const storage = storageOf(cloud, {
    timeout: seconds * 1000,
    crc32cGenerator: () => new Crc32c(),
    retryOptions: {
      maxRetries: patience.retries,
      maxRetryDelay: longestWait,
      // The client's own is ten minutes: behind it a request that fails is not repeated, and its end
      // is not even told. All tries have room in this one.
      totalTimeout: (patience.retries + 1) * (seconds + longestWait),
      retryableErrorFn: isPassing,
      // Whatever is written has either a name of its own or a precondition: to do it twice does no
      // harm. By the other strategies the client turns retries off for all that goes on beside.
      idempotencyStrategy: IdempotencyStrategy.RetryAlways,
    },
  });
  return storage.bucket(cloud.names.lake);
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
