import { mkdir, rm } from "node:fs/promises";
import path from "node:path";

import type { MarqueeError } from "../../../errors.ts";
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

  async run({ shown, models, questions }: Asked, begins: (what: string) => void): Promise<Report> {
    const installation = await findSpark();
    const folder = path.join(this.#work, "spark");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const report = path.join(folder, "report.json");
    const asked = manifestOf(this.#work, report, shown, models, questions);
    for (const model of models) {
      await rm(tableFolder(this.#work, model), { recursive: true, force: true });
    }
    const circumstances = { folder, stop: this.#stop, begins };
    const [done] = await submit(installation, [asked], circumstances);
    if (done === undefined) throw new Error("Spark was asked for nothing");
    if (done.failure === undefined) await rm(folder, { recursive: true, force: true });
    return done;
  }

  outOfMemory(what: string): MarqueeError {
    return outOfMemory(what);
  }

  /** A signal ends Spark's processes at once. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
