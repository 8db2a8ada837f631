import { randomUUID } from "node:crypto";
import os from "node:os";

import { z } from "zod";

import { MarqueeError } from "../../../errors.ts";
import { within } from "../../cloud/within.ts";
import type { Log } from "../../report/log.ts";
import { asked, type Place, statusOf, uriOf } from "./client.ts";
import { absent, contentOf, readObject, replaceObject, type SmallObject } from "./objects.ts";

const format = 1;
const leaseName = "lock.json";

const leaseClaim = z.object({
  format: z.literal(format),
  runId: z.string(),
  startedAt: z.string(),
  sources: z.array(z.string()),
  /** The command that does the same again. */
  command: z.string().optional(),
  processId: z.number(),
  host: z.string(),
  /** Tells one lease from any other. */
  holder: z.string(),
  /** So long after it was written it has run out, unless it was renewed. */
  expireSeconds: z.number(),
  /** What runs for the run on Dataproc, or is about to. */
  sparkJob: z.string().optional(),
});

/** Who works on the lake in a bucket. */
export type LeaseClaim = z.infer<typeof leaseClaim>;

/** What a run says of itself. */
export interface RunClaim {
  runId: string;
  startedAt: string;
  sources: string[];
  command?: string | undefined;
  /** A run that is known to have ended, as this machine's own lock tells: its lease does not count. */
  ended?: string | undefined;
}

/** So often somebody else may come and go while a lease is asked for. */
const mostTries = 3;

/**
 * The right to work on a bucket's lake, for one run at a time: an object that its holder renews, so
 * that it runs out where the holder is killed.
 */
export class Lease {
  readonly place: Place;
  /** The killed run whose lease this one has taken the place of. */
  readonly interrupted: LeaseClaim | undefined;
  #claim: LeaseClaim;
  #generation: string;
  #heldUntil: number;
  #lost: MarqueeError | undefined;
  /** What is written to the lease is written one after the other. */
  #writing: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;
  readonly #log: Log;

  private constructor(
    place: Place,
    taken: { claim: LeaseClaim; generation: string; heldUntil: number },
    interrupted: LeaseClaim | undefined,
    log: Log,
  ) {
    this.place = place;
    this.interrupted = interrupted;
    this.#claim = taken.claim;
    this.#generation = taken.generation;
    this.#heldUntil = taken.heldUntil;
    this.#log = log;
    this.#timer = setInterval(() => void this.#renew(), place.patience.renewSeconds * 1000).unref();
  }

  /**
   * Takes the lease where nobody has it, or in the place of one that has run out.
   *
   * @throws MarqueeError (cloud) saying who holds it
   */
  static async take(place: Place, run: RunClaim, log: Log): Promise<Lease> {
    const { ended, ...told } = run;
    const claim: LeaseClaim = {
      format,
      ...told,
      processId: process.pid,
      host: os.hostname(),
      holder: randomUUID(),
      expireSeconds: place.patience.expireSeconds,
    };
    for (let tries = 0; tries < mostTries; tries += 1) {
      const found = tries === 0 ? undefined : await readObject(place, leaseName);
      const holder =
        found && contentOf(place, leaseName, found.text, { format, schema: leaseClaim });
      if (found !== undefined && !hasEnded(place, found, holder, ended)) {
        throw inUse(place, found, holder);
      }
      const heldUntil = endOf(place);
      // Until it is ended, whoever comes next must know of it too.
      const mine = { ...claim, sparkJob: holder?.sparkJob };
      const before = found?.generation ?? absent;
      const generation = await replaceObject(place, leaseName, textOf(mine), before);
      if (generation !== undefined)
        return new Lease(place, { claim: mine, generation, heldUntil }, holder, log);
    }
    throw new MarqueeError({
      reason: "cloud",
      what: `${uriOf(place)} is asked for by other runs at the same moment`,
      next: "Run again later",
    });
  }

  get runId(): string {
    return this.#claim.runId;
  }

  /** Writes down which Spark job runs for this run, so that whoever comes after can end it. */
  async note(sparkJob: string | undefined): Promise<void> {
    await this.#write(() => ({ ...this.#claim, sparkJob }));
    this.expectHeld();
  }

  /** @throws MarqueeError (cloud) where somebody else may work on the lake by now */
  expectHeld(): void {
    if (this.#lost !== undefined) throw this.#lost;
    // A lease that could not be renewed is given up while it still has time for what has begun.
    if (Date.now() < this.#heldUntil) return;
    throw lost(this.place, "its lease could not be renewed in time");
  }

  /**
   * Gives it up, where it still is this run's. While a Spark job may be at work for it, it is left to
   * run out instead: the next run learns of the job from it.
   */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    // What is being written has a time limit of its own for each try: not all of them are waited for.
    const wait = this.place.patience.stallSeconds * 1000;
    await within(wait, this.#writing, () => new Error("it takes too long")).catch(() => undefined);
    if (this.#lost !== undefined) return;
    if (this.#claim.sparkJob !== undefined) {
      this.#log.warn(
        `${this.#claim.sparkJob} may still be at work: the next run ends it, in ${this.#claim.expireSeconds} s at the earliest`,
      );
      return;
    }
    const { bucket } = this.place;
    const ifGenerationMatch = this.#generation;
    try {
      await asked(this.place, `deleting ${uriOf(this.place, leaseName)}`, () =>
        bucket
          .file(leaseName)
          .delete({ ifGenerationMatch })
          .catch((error: unknown) => {
            if (![404, 412].includes(statusOf(error) ?? 0)) throw error;
          }),
      );
    } catch (error) {
      this.#log.warn((error as Error).message);
    }
  }

  async #renew(): Promise<void> {
    try {
      await this.#write(() => this.#claim);
    } catch (error) {
      this.#log.warn(`the lease could not be renewed: ${(error as Error).message}`);
    }
  }

  async #write(next: () => LeaseClaim): Promise<void> {
    const write = async (): Promise<void> => {
      if (this.#lost !== undefined) return;
      const claim = next();
      const heldUntil = endOf(this.place);
      const text = textOf(claim);
      const generation = await replaceObject(this.place, leaseName, text, this.#generation);
      if (generation === undefined) {
        this.#lost = lost(this.place, "another run has taken its lease over");
        return;
      }
      [this.#claim, this.#generation, this.#heldUntil] = [claim, generation, heldUntil];
    };
    this.#writing = this.#writing.catch(() => undefined).then(write);
    return this.#writing;
  }
}

function textOf(claim: LeaseClaim): string {
  return `${JSON.stringify(claim, null, 2)}\n`;
}

/** Until when a lease counts that is written now: one renewal before it runs out. */
function endOf({ patience }: Place): number {
  return Date.now() + (patience.expireSeconds - patience.renewSeconds) * 1000;
}

/** Of a lease that cannot be read only its age tells. */
function hasEnded(
  { patience }: Place,
  found: SmallObject,
  holder: LeaseClaim | undefined,
  ended: string | undefined,
): boolean {
  if (holder !== undefined && holder.runId === ended) return true;
  return found.ageSeconds > (holder?.expireSeconds ?? patience.expireSeconds);
}

function inUse(place: Place, found: SmallObject, holder: LeaseClaim | undefined): MarqueeError {
  const who =
    holder === undefined
      ? "a run that cannot be told from its lock"
      : `run ${holder.runId} (process ${holder.processId} on ${holder.host}, since ${holder.startedAt})`;
  const expires = holder?.expireSeconds ?? place.patience.expireSeconds;
  const seconds = Math.max(1, Math.ceil(expires - found.ageSeconds));
  return new MarqueeError({
    reason: "cloud",
    what: `${uriOf(place)} is in use by ${who}`,
    next: `Wait for it, or, if that run is dead, run again in ${seconds} s, when its lease has run out`,
  });
}

function lost(place: Place, why: string): MarqueeError {
  return new MarqueeError({
    reason: "cloud",
    what: `this run may not go on with ${uriOf(place)}: ${why}`,
    next: "What is published is intact; run again",
  });
}
