import { setTimeout as sleep } from "node:timers/promises";

import pRetry from "p-retry";

import { Setback, type SetbackKind } from "./setback.ts";

/** How long a download puts up with a publisher's server and the way there. */
export interface Patience {
  /** How many tries may follow the first one; a try that gets a good deal further is free. */
  retries: number;
  /** The wait before the second try; each further one is `factor` times as long. */
  firstWaitSeconds: number;
  factor: number;
  /** Whether each wait is lengthened at random, up to twice, so that not all come back at once. */
  jitter: boolean;
  /** A server that asks to wait for longer is not waited for. */
  longestWaitSeconds: number;
  /** A connection on which nothing comes for so long is broken off. */
  stallSeconds: number;
}

export const defaultPatience: Patience = {
  retries: 5,
  firstWaitSeconds: 0.5,
  factor: 2,
  jitter: true,
  longestWaitSeconds: 120,
  stallSeconds: 30,
};

export interface Persistence {
  patience: Patience;
  /** Told of each try that failed and is made again. */
  tell: (line: string) => void;
  /** How many bytes are safe by now. */
  received: () => Promise<number>;
  /** So many more of them make a try free: this is what bounds the number of free ones. */
  freeStep: number;
}

/**
 * Does work again and again until it succeeds, fails for good, or patience ends.
 *
 * @throws what the last try threw
 */
export async function persist<T>(
  work: () => Promise<T>,
  { patience, tell, received, freeStep }: Persistence,
): Promise<T> {
  const { retries, factor, jitter: randomize, firstWaitSeconds, longestWaitSeconds } = patience;
  const times = new Map<SetbackKind, number>();
  let safe = await received();
  let spent = 0;
  let pause = 0;
  let last: Setback | undefined;

  const oneTry = async (): Promise<T> => {
    if (last !== undefined) {
      tell(`${last.message}; trying again${pause < 1 ? "" : ` in ${Math.ceil(pause)} s`}`);
      await sleep(pause * 1000);
    }
    return work();
  };

  return pRetry(oneTry, {
    // They are counted here: p-retry would not go on after a free try when none is left.
    retries: Infinity,
    factor,
    randomize,
    minTimeout: firstWaitSeconds * 1000,
    maxTimeout: longestWaitSeconds * 1000,
    shouldConsumeRetry: async ({ error }) => {
      if (!(error instanceof Setback)) return true;
      const reached = await received();
      const isFree = reached >= safe + freeStep;
      if (isFree) safe = reached;
      else spent += 1;
      // After a free try p-retry itself does not wait.
      pause = error.waitSeconds ?? (isFree ? firstWaitSeconds : 0);
      return !isFree;
    },
    shouldRetry: ({ error }) => {
      if (!(error instanceof Setback)) return false;
      last = error;
      const count = (times.get(error.kind) ?? 0) + 1;
      times.set(error.kind, count);
      return spent <= retries && error.allowsRetry(count);
    },
  });
}
