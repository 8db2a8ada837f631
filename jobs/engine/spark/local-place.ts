import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../../errors.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { tableFolder } from "../../lake/table-files.ts";
import { findSpark } from "./installation.ts";
import { manifestOf, type Report } from "./manifest.ts";
import type { Asked, SparkPlace } from "./place.ts";
import { outOfMemory, submit } from "./submit.ts";

/** Spark on this machine: spark-submit, which takes seconds to start. */
export class LocalSpark implements SparkPlace {
  readonly #work: string;
  readonly #stop: AbortSignal | undefined;

  constructor(work: string, stop: AbortSignal | undefined) {
    this.#work = path.resolve(work);
    this.#stop = stop;
  }

  async run(asked: Asked, begins: (what: string) => void): Promise<Report> {
    const installation = await findSpark();
    await rm(path.join(this.#work, "spark"), { recursive: true, force: true });
    await mkdir(path.join(this.#work, "spark"), { recursive: true });
    // Of this try alone: what a killed run's Spark may still write comes to lie elsewhere.
    const folder = await mkdtemp(path.join(this.#work, "spark", "try-"));
    const made = path.join(folder, "made");
    const roots = { inputs: this.#work, models: made, report: path.join(folder, "report.json") };
    const circumstances = { folder, stop: this.#stop, begins };
    try {
      const [done] = await submit(installation, [manifestOf(roots, asked)], circumstances);
      if (done === undefined) throw new Error("Spark was asked for nothing");
      if (done.failure === undefined) await this.#take(made, asked.models);
      return done;
    } finally {
      // What it has spilt may be large; its log and its report are for who looks for a fault.
      await rm(path.join(folder, "local"), { recursive: true, force: true });
      await rm(made, { recursive: true, force: true });
    }
  }

  /** Puts tables in the place of those of the work folder, each as a whole. */
  async #take(made: string, models: readonly Table[]): Promise<void> {
    for (const model of models) {
      const folder = tableFolder(this.#work, model);
      await rm(folder, { recursive: true, force: true });
      await mkdir(path.dirname(folder), { recursive: true });
      await rename(tableFolder(made, model), folder);
    }
  }

  outOfMemory(what: string): MarqueeError {
    return outOfMemory(what);
  }

  broken(why: string): MarqueeError {
    return new MarqueeError({
      reason: "lake",
      what: `Spark's driver has failed: ${why}`,
      next: `Its log and its report are in ${path.join(this.#work, "spark")}`,
    });
  }

  /** A signal ends Spark's processes at once. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
