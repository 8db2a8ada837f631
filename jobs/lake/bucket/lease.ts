import { randomUUID } from "node:crypto";
import os from "node:os";

import { z } from "zod";

import { MarqueeError, messageOf } from "../../../errors.ts";
import { within } from "../../cloud/within.ts";
import type { Log } from "../../report/log.ts";
import { type ClaimedRun, workingRun } from "../lock.ts";
import { asked, type Place, statusOf, uriOf } from "./client.ts";
import { absent, contentOf, readObject, replaceObject, type SmallObject } from "./objects.ts";

const format = 1;
const leaseName = "lock.json";

/** A run whose jobs in BigQuery may still be at work. */
const unendedRun = z.object({ runId: z.string(), startedAt: z.string() });
export type UnendedRun = z.infer<typeof unendedRun>;

const leaseClaim = workingRun.extend({
  format: z.literal(format),
  /** Tells one lease from any other. */
  holder: z.string(),
  /** So long after it was written it has run out, unless it was renewed. */
  expireSeconds: z.number(),
  /** What runs for the run on Dataproc, or is about to. */
  sparkJob: z.string().optional(),
  /** Runs whose jobs in BigQuery nobody has seen ended: earlier ones, or this one. */
  unended: z.array(unendedRun).optional(),
  /** Its run has ended and only tells the next one what may still be at work. */
  closed: z.boolean().optional(),
});

/** Who works on the lake in a bucket. */
export type LeaseClaim = z.infer<typeof leaseClaim>;

/** What a run says of itself. */
export interface RunClaim extends ClaimedRun {
  /** A run that is known to have ended, as this machine's own lock tells: its lease does not count. */
  ended?: string | undefined;
}

/** So often somebody else may come and go while a lease is asked for. */
const mostTries = 3;

/** BigQuery ends a job after six hours; so long after its run has begun nothing of it is looked for. */
const longestUnended = 24 * 3600 * 1000;

/**
 * The right to work on a bucket's lake, for one run at a time: an object that its holder renews, so
 * that it runs out where the holder is killed.
 */
export class Lease {
  readonly place: Place;
  /** The run that was killed, whose lease this one has taken the place of. */
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
      const holder = found && claimIn(place, found);
      if (found !== undefined && !hasEnded(place, found, holder, ended)) {
        throw inUse(place, found, holder);
      }
      const heldUntil = endOf(place);
      const interrupted = holder?.closed === true ? undefined : holder;
      // Until it is ended, whoever comes next must know of it too.
      const unended = [...(holder?.unended ?? []), ...(interrupted ? [interrupted] : [])];
      const mine = { ...claim, sparkJob: holder?.sparkJob, unended: recent(unended) };
      const before = found?.generation ?? absent;
      const generation = await replaceObject(place, leaseName, textOf(mine), before);
      if (generation !== undefined)
        return new Lease(place, { claim: mine, generation, heldUntil }, interrupted, log);
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

  /** What runs on Dataproc for this run, or an earlier one has left at work there. */
  get sparkJob(): string | undefined {
    return this.#claim.sparkJob;
  }

  /** Writes down which Spark job runs for this run, so that whoever comes after can end it. */
  async note(sparkJob: string | undefined): Promise<void> {
    await this.#write(() => ({ ...this.#claim, sparkJob }));
    this.expectHeld();
  }

  /** Runs whose jobs in BigQuery nobody has seen ended. */
  get unended(): readonly UnendedRun[] {
    return this.#claim.unended ?? [];
  }

  /** Writes down which these are now. */
  async noteUnended(unended: readonly UnendedRun[]): Promise<void> {
    await this.#write(() => ({ ...this.#claim, unended: [...unended] }));
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
   * Gives it up, where it still is this run's. While something may still be at work for it or for a
   * run before it, it is only closed: the next run takes its place at once, and learns of that from it.
   */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    // What is being written has a time limit of its own for each try: not all of them are waited for.
    const wait = this.place.patience.stallSeconds * 1000;
    await within(wait, this.#writing, () => new Error("it takes too long")).catch(() => undefined);
    if (this.#lost !== undefined) return;
    const left = this.#left();
    try {
      if (left.length === 0) {
        await this.#delete();
        return;
      }
      this.#log.warn(`${left.join(" and ")} may still be at work: the next run ends that first`);
      await this.#write(() => ({ ...this.#claim, closed: true }));
    } catch (error) {
      this.#log.warn(
        `${messageOf(error)}: the next run may begin in ${this.#claim.expireSeconds} s`,
      );
    }
  }

  /** What may still be at work, in words. */
  #left(): string[] {
    const { sparkJob } = this.#claim;
    const jobs = this.unended.map(({ runId }) => `BigQuery jobs of run ${runId}`);
    return sparkJob === undefined ? jobs : [`the Spark job ${sparkJob}`, ...jobs];
  }

  async #delete(): Promise<void> {
    const { bucket } = this.place;
    const ifGenerationMatch = this.#generation;
    await asked(this.place, `deleting ${uriOf(this.place, leaseName)}`, () =>
      bucket
        .file(leaseName)
        .delete({ ifGenerationMatch })
        .catch((error: unknown) => {
          if (![404, 412].includes(statusOf(error) ?? 0)) throw error;
        }),
    );
  }

  async #renew(): Promise<void> {
    try {
      await this.#write(() => this.#claim);
    } catch (error) {
      this.#log.warn(`the lease could not be renewed: ${messageOf(error)}`);
    }
  }

  async #write(next: () => LeaseClaim): Promise<void> {
    const write = async (): Promise<void> => {
      if (this.#lost !== undefined) return;
      const claim = next();
      const heldUntil = endOf(this.place);
      const generation = await this.#replace(textOf(claim));
      if (generation === undefined) {
        this.#lost = lost(this.place, "another run has taken its lease over");
        return;
      }
      [this.#claim, this.#generation, this.#heldUntil] = [claim, generation, heldUntil];
    };
    this.#writing = this.#writing.catch(() => undefined).then(write);
    return this.#writing;
  }

  /** @returns undefined where another run has the lease */
  async #replace(text: string): Promise<string | undefined> {
    const generation = await replaceObject(this.place, leaseName, text, this.#generation);
    if (generation !== undefined) return generation;
    // What was written before may have come although nobody heard of it.
    const found = await readObject(this.place, leaseName);
    if (found === undefined || claimIn(this.place, found)?.holder !== this.#claim.holder) return;
    return replaceObject(this.place, leaseName, text, found.generation);
  }
}

function claimIn(place: Place, { text }: SmallObject): LeaseClaim | undefined {
  return contentOf(place, leaseName, text, { format, schema: leaseClaim });
}

function recent(runs: readonly UnendedRun[]): UnendedRun[] {
  return runs
    .filter(({ startedAt }) => Date.now() - Date.parse(startedAt) < longestUnended)
    .map(({ runId, startedAt }) => ({ runId, startedAt }));
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
  if (holder !== undefined && (holder.closed === true || holder.runId === ended)) return true;
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
