import { readFile } from "node:fs/promises";

import { asMarqueeError, MarqueeError, messageOf } from "../../../../errors.ts";
import type { Cloud } from "../../../cloud/cloud.ts";
import { workLabels } from "../../../cloud/labels.ts";
import type { Log } from "../../../report/log.ts";
import { unlessStopped } from "../../../signals.ts";
import { inputsOf, manifestOf, type Report } from "../manifest.ts";
import type { Asked, SparkPlace } from "../place.ts";
import { dataprocSettings } from "../settings.ts";
import { driver, lastWordsOf } from "../submit.ts";
import { Batches } from "./batches.ts";
import { ClusterJobs, isJob } from "./cluster-jobs.ts";
import { jobIdOf } from "./job.ts";
import { outputIn, type ReadOutput } from "./output.ts";
import { isRefusal, type Need, type Service, type Standing, type Submission } from "./service.ts";
import {
  end,
  type Patience,
  untilEnded,
  untilReady,
  usualPatience,
  type Watch,
} from "./waiting.ts";
import type { WorkBucket } from "./work-bucket.ts";

/** So many lines of the driver's output stand in the error, in which a run ends. */
const linesOfOutput = 20;

/** So much longer than its runner the driver itself waits before it gives up. */
const graceSeconds = 300;

/** Behind this Dataproc only says where its logs are. */
const onlyLinks = "If logs are available";

/** What Spark's work on Dataproc needs to know of its run. */
export interface Circumstances {
  cloud: Cloud;
  bucket: WorkBucket;
  /** The work folder, where tables are taken from and brought back to. */
  work: string;
  runId: string;
  log: Log;
  stop?: AbortSignal | undefined;
  needs?: readonly Need[];
  patience?: Partial<Patience>;
  readOutput?: ReadOutput;
}

/** Spark on Dataproc: a job of the environment's cluster, or a serverless batch. */
export class DataprocSpark implements SparkPlace {
  readonly #circumstances: Circumstances;
  readonly #watch: Watch;
  readonly #readOutput: ReadOutput;
  #attempts = 0;
  /** Noted, since nobody has seen it end. */
  #left: string | undefined;
  /** Ends when nothing runs on Dataproc any more. */
  #going: Promise<unknown> = Promise.resolve();

  constructor(circumstances: Circumstances) {
    const { cloud, log, stop, patience, readOutput } = circumstances;
    const whole = { ...usualPatience, ...patience };
    const service = serviceOf(cloud, whole);
    this.#circumstances = circumstances;
    this.#watch = { service, patience: whole, log, stop: stop ?? new AbortController().signal };
    this.#readOutput = readOutput ?? outputIn(cloud);
  }

  async run(asked: Asked, begins: (what: string) => void): Promise<Report> {
    const { bucket, work, log, needs = [] } = this.#circumstances;
    const { service, stop } = this.#watch;
    // There is one note only: another job's would be written over it.
    if (this.#left !== undefined) {
      throw new MarqueeError({ reason: "cloud", ...this.#leftBehind(this.#left) });
    }
    await unlessStopped(untilReady(this.#watch, needs), stop);
    this.#attempts += 1;
    const { submission, report } = await this.#prepare(asked);
    const name = service.nameOf(submission.id);
    const done = this.#work(name, submission, begins);
    this.#going = done.catch(() => undefined);
    const standing = await done;
    await bucket.note(undefined);
    const told = await bucket.getText(report);
    if (told === undefined) throw await this.#withoutReport(name, standing);
    const said = JSON.parse(told) as Report;
    if (said.failure !== undefined) return said;
    if (standing.outcome !== "succeeded") throw await this.#withoutReport(name, standing);
    await log.transfer(
      "fetching tables from Spark",
      (progress) => bucket.fetchWork(work, asked.models, progress),
      stepOf(asked),
    );
    return said;
  }

  outOfMemory(what: string): MarqueeError {
    const { where, moreMemory } = this.#watch.service;
    return new MarqueeError({
      reason: "cloud",
      what: `the memory of ${where} was not enough for ${what}`,
      next: moreMemory,
    });
  }

  broken(why: string): MarqueeError {
    return new MarqueeError({
      reason: "cloud",
      what: `Spark's driver on ${this.#watch.service.where} has failed: ${why}`,
      next: "Look at the job in the console, and run again",
    });
  }

  async close(): Promise<void> {
    await this.#going;
  }

  /** Puts all into the bucket that Spark reads there. @returns also the report's name in it */
  async #prepare(asked: Asked): Promise<{ submission: Submission; report: string }> {
    const { bucket, work, cloud, runId, log } = this.#circumstances;
    const root = await log.transfer(
      "sending tables to Spark",
      (progress) => bucket.putWork(work, inputsOf(asked), progress),
      stepOf(asked),
    );
    // Each attempt has its own, so that none is taken for the report of another.
    const folder = `${root}/spark/${this.#attempts}`;
    const report = `${folder}/report.json`;
    const { limitSeconds } = this.#watch.patience;
    const manifest = JSON.stringify(manifestOf({ inputs: root, models: root, report }, asked));
    const submission = {
      id: jobIdOf(cloud, runId, this.#attempts),
      driver: await bucket.putDriver(await readFile(driver, "utf8")),
      args: [
        // A little later than this run would end it itself.
        ...["--limit", String(limitSeconds + graceSeconds)],
        await bucket.putText(nameIn(`${folder}/manifest.json`), manifest),
      ],
      labels: workLabels(cloud, "spark", { runId, step: stepOf(asked) }),
      properties: { ...dataprocSettings, "spark.sql.warehouse.dir": `${folder}/warehouse` },
      limitSeconds,
    };
    return { submission, report: nameIn(report) };
  }

  /** Submits it and waits for its end; nothing of it runs any more afterwards, unless that is told. */
  async #work(
    name: string,
    submission: Submission,
    begins: (what: string) => void,
  ): Promise<Standing> {
    const { service, stop } = this.#watch;
    // Noted before it is there, so that nobody has to look for it; and not begun once all is to end.
    await this.#circumstances.bucket.note(name);
    if (stop.aborted) await this.#forget();
    stop.throwIfAborted();
    try {
      await service.submit(submission);
    } catch (error) {
      await this.#end(name, isRefusal(error));
      throw error;
    }
    try {
      return await unlessStopped(untilEnded(this.#watch, name, begins), stop);
    } catch (error) {
      await this.#end(name, false);
      throw error;
    }
  }

  /**
   * Ends what may be at work. It stays noted for the next run unless it is seen to have ended: Dataproc may
   * have taken a job without saying so.
   */
  async #end(name: string, isRefused: boolean): Promise<void> {
    const { service, log } = this.#watch;
    try {
      // An earlier try may have been taken, whose answer was lost.
      const isNone = isRefused && (await service.standing(name)) === undefined;
      if (!isNone) await end(this.#watch, name);
    } catch (error) {
      this.#left = name;
      const { what, next } = this.#leftBehind(name);
      log.warn(`${asMarqueeError(error).message}: ${what}. ${next}`, { job: name });
      return;
    }
    await this.#forget();
  }

  /** Takes the note away, where there is an error already that says why nothing is at work. */
  async #forget(): Promise<void> {
    try {
      await this.#circumstances.bucket.note(undefined);
    } catch (error) {
      this.#watch.log.warn(asMarqueeError(error).line);
    }
  }

  #leftBehind(name: string): { what: string; next: string } {
    return {
      what: `${name} may still be at work, or come to be`,
      next: `Run again: the next run ends what it finds of it. Look at ${this.#watch.service.consoleOf(name)}`,
    };
  }

  async #withoutReport(name: string, { state, details, output }: Standing): Promise<MarqueeError> {
    const { service } = this.#watch;
    const printed = output === undefined ? "" : await this.#printed(output);
    if (/OutOfMemoryError|Java heap space|exit code:? 137/.test(`${details}\n${printed}`)) {
      return this.outOfMemory("its work");
    }
    const [reason = ""] = details.split(onlyLinks);
    const lines = [reason, ...lastWordsOf(printed, linesOfOutput)].map((line) => line.trim());
    const said = lines.filter((line) => line !== "").join(" | ");
    return new MarqueeError({
      reason: "cloud",
      what: `Spark on ${service.where} ended without a report (${state}): ${said.replace(/\.$/, "")}`,
      next: `Look at ${service.consoleOf(name)}`,
    });
  }

  async #printed(output: string): Promise<string> {
    try {
      return await this.#readOutput(output);
    } catch (error) {
      // The failure is told all the same.
      return `its output ${output} cannot be read: ${messageOf(error)}`;
    }
  }
}

/** The step of a run that asks. */
function stepOf({ models }: Asked): string {
  return models.length > 0 ? "transform" : "check";
}

/** An object's name within its bucket, of its address. */
function nameIn(address: string): string {
  return address.replace(/^gs:\/\/[^/]+\//, "");
}

/**
 * Ends Spark's work that a killed run has left behind.
 *
 * @param name as it was noted in the bucket
 * @returns whether it was at work and is ended now; what has ended already, or never was, is left alone
 * @throws MarqueeError (cloud) where it may still be running
 */
export async function cancelJob(
  cloud: Cloud,
  name: string,
  log: Log,
  patience?: Partial<Patience>,
): Promise<boolean> {
  const whole = { ...usualPatience, ...patience };
  const service: Service = isJob(name)
    ? new ClusterJobs(cloud, whole.answerSeconds)
    : new Batches(cloud, whole.answerSeconds);
  const standing = await service.standing(name);
  if (standing === undefined || standing.outcome !== undefined) return false;
  await end({ service, patience: whole, log }, name);
  return true;
}

/**
 * Sees to it that Dataproc takes work, now or in a while.
 *
 * @throws MarqueeError (cloud) with the command that brings back what is gone
 */
export async function expectDataproc(cloud: Cloud, patience?: Partial<Patience>): Promise<void> {
  await serviceOf(cloud, { ...usualPatience, ...patience }).busyWith([]);
}

function serviceOf(cloud: Cloud, { answerSeconds }: Patience): Service {
  return cloud.settings.spark.mode === "cluster"
    ? new ClusterJobs(cloud, answerSeconds)
    : new Batches(cloud, answerSeconds);
}
