import pRetry from "p-retry";

import { MarqueeError } from "../../../errors.ts";
import { isPassing, type Place, uriOf } from "./client.ts";

/**
 * The bytes of an object as they come. Where a connection breaks in the midst of them the client says
 * nothing and waits forever: here it ends by an error once nothing has come for a while.
 */
export async function* chunksOf(
  { bucket, patience }: Pick<Place, "bucket" | "patience">,
  name: string,
  generation?: string,
): AsyncGenerator<Buffer> {
  const which = generation === undefined ? {} : { generation };
  const bytes = bucket.file(name, which).createReadStream({ validation: false });
  const { stallSeconds } = patience;
  const timer = setTimeout(() => {
    const stalled = new Error(`nothing has come for ${stallSeconds} s`);
    bytes.destroy(Object.assign(stalled, { code: "ETIMEDOUT" }));
  }, stallSeconds * 1000);
  try {
    for await (const chunk of bytes) {
      timer.refresh();
      yield chunk as Buffer;
    }
  } finally {
    clearTimeout(timer);
    bytes.destroy();
  }
}

/** Fetches something again from its start where it broke off or came damaged. */
export async function retried<T>({ patience }: Place, fetchOnce: () => Promise<T>): Promise<T> {
  return pRetry(fetchOnce, {
    retries: Math.min(2, patience.retries),
    shouldRetry: ({ error }) => error instanceof MarqueeError || isPassing(error),
  });
}

/** For bytes that are others than those that Cloud Storage has. */
export function damagedOnTheWay(place: Place, name: string, crc32c: string): MarqueeError {
  return new MarqueeError({
    reason: "cloud",
    what: `downloading ${uriOf(place, name)}: what came is not what is stored there (CRC32C ${crc32c})`,
    next: "Run again; if it goes on, bring back an older version of the object",
  });
}
