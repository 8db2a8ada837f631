import { setTimeout as sleep } from "node:timers/promises";

import { MarqueeError } from "../../../../errors.ts";
import { within } from "../../../cloud/within.ts";
import type { Log } from "../../../report/log.ts";
import type { Need, Service, Standing } from "./service.ts";

/** How long one waits, and how often one looks. */
export interface Patience {
  pollSeconds: number;
  /** Until a cluster that is being made takes jobs; until a job has ended. */
  limitSeconds: number;
  /** Until a job that was cancelled has ended; until one that may have been taken is seen. */
  cancelSeconds: number;
  /** Until Dataproc answers a question: the client asks again meanwhile. */
  answerSeconds: number;
}

export const usualPatience: Patience = {
  pollSeconds: 3,
  limitSeconds: 3600,
  cancelSeconds: 90,
  answerSeconds: 300,
};

/** A job that goes on gives a sign of life so often. */
const secondsBetweenSigns = 60;

/** Who is told of a change, and what ends the waiting. */
export interface Watch {
  service: Service;
  patience: Patience;
  log: Log;
  stop: AbortSignal;
}

/**
 * Waits until the service takes jobs.
 *
 * @throws the reason of `stop`, or MarqueeError (cloud) where it will not
 */
export async function untilReady(
  { service, patience, log, stop }: Watch,
  needs: readonly Need[],
): Promise<void> {
  const clock = clockOf(patience.limitSeconds);
  let said = "";
  for (;;) {
    stop.throwIfAborted();
    const busy = await service.busyWith(needs);
    if (busy === undefined) return;
    if (clock.isOver()) throw tooLong(`${service.where} is still ${busy}`, patience, undefined);
    if (busy !== said) log.info(`${service.where} is ${busy}: waiting for it`, { state: busy });
    said = busy;
    await pause(patience, stop);
  }
}

/**
 * Waits for a job's end, telling its state where it changes, and every minute.
 *
 * @param begins is told of every state
 * @throws the reason of `stop`, or MarqueeError (cloud) where it takes too long or cannot be looked at;
 *   the job goes on then until the caller ends it
 */
export async function untilEnded(
  { service, patience, log, stop }: Watch,
  name: string,
  begins: (what: string) => void,
): Promise<Standing> {
  const clock = clockOf(patience.limitSeconds);
  let said = { state: "", at: 0 };
  for (;;) {
    stop.throwIfAborted();
    const standing = await service.standing(name);
    if (standing === undefined) throw vanished(service, name);
    const { state, outcome } = standing;
    const seconds = clock.seconds();
    if (state !== said.state || seconds - said.at >= secondsBetweenSigns) {
      log.info(`Spark on ${service.where}: ${state}, ${durationText(seconds)}`, {
        job: name,
        state,
        seconds,
      });
      if (state !== said.state) begins(`Dataproc: ${state}`);
      said = { state, at: seconds };
    }
    if (outcome !== undefined) return standing;
    if (clock.isOver()) {
      throw tooLong(
        `Spark on ${service.where} is still ${state}`,
        patience,
        service.consoleOf(name),
      );
    }
    await pause(patience, stop);
  }
}

/**
 * Cancels a job, also one that comes to be only meanwhile, and waits until it is seen to have ended.
 *
 * @throws MarqueeError (cloud) where it may still be running, or come to be
 */
export async function end(
  { service, patience, log }: Omit<Watch, "stop">,
  name: string,
): Promise<void> {
  let clock = clockOf(patience.cancelSeconds);
  log.info(`cancelling Spark's work on ${service.where}`, { job: name });
  // Whoever stops a run does not wait for each answer as long as one who works.
  const soon = <T>(answer: Promise<T>): Promise<T> =>
    within(patience.cancelSeconds * 1000, answer, () => silent(service, name));
  let isCancelled = await soon(service.cancel(name));
  for (;;) {
    const standing = await soon(service.standing(name));
    if (standing?.outcome !== undefined) {
      const { state } = standing;
      log.info(`Spark's work on ${service.where} is ${state}`, { job: name, state });
      return;
    }
    if (standing !== undefined && !isCancelled) {
      isCancelled = await soon(service.cancel(name));
      // It has as long to end as one that was there from the beginning.
      if (isCancelled) clock = clockOf(patience.cancelSeconds);
    }
    if (clock.isOver()) {
      const asked = isCancelled ? "was cancelled" : "was to end";
      const state = standing === undefined ? "not there" : `still ${standing.state}`;
      throw new MarqueeError({
        reason: "cloud",
        what: `Spark's work on ${service.where} ${asked} ${durationText(clock.seconds())} ago and is ${state}`,
        next: `Look at ${service.consoleOf(name)}, and run again`,
      });
    }
    await sleep(patience.pollSeconds * 1000);
  }
}

/** Whole seconds for people: "2 min 5 s". */
export function durationText(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  return minutes === 0 ? `${rest} s` : `${minutes} min ${rest} s`;
}

function clockOf(limitSeconds: number): { seconds: () => number; isOver: () => boolean } {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  return { seconds, isOver: () => seconds() > limitSeconds };
}

async function pause({ pollSeconds }: Patience, stop: AbortSignal): Promise<void> {
  try {
    await sleep(pollSeconds * 1000, undefined, { signal: stop });
  } catch {
    stop.throwIfAborted();
  }
}

function tooLong(what: string, { limitSeconds }: Patience, console?: string): MarqueeError {
  return new MarqueeError({
    reason: "cloud",
    what: `${what} after ${durationText(limitSeconds)}, which is the limit`,
    next: console === undefined ? "Run again later" : `Look at ${console}, and run again`,
  });
}

function silent(service: Service, name: string): MarqueeError {
  return new MarqueeError({
    reason: "cloud",
    what: `Dataproc does not say whether Spark's work on ${service.where} has ended`,
    next: `Look at ${service.consoleOf(name)}, and run again`,
  });
}

function vanished(service: Service, name: string): MarqueeError {
  return new MarqueeError({
    reason: "cloud",
    what: `Spark's work on ${service.where} is not there any more`,
    next: `Look at ${service.consoleOf(name)}, and run again`,
  });
}
