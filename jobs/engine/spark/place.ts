import type { MarqueeError } from "../../../errors.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import type { Question } from "../engine.ts";
import type { Report } from "./manifest.ts";

/** What Spark is asked for in one go. */
export interface Asked {
  /** Tables that lie in the work folder. */
  shown: readonly Table[];
  /** Tables to make, each behind what it reads: they come to lie in the work folder. */
  models: readonly Table[];
  questions: readonly Question[];
}

/** Where Spark works: on this machine, or on Dataproc. */
export interface SparkPlace {
  /**
   * Has it all done.
   *
   * @param begins is told what is begun
   * @returns what was done; a model or check that failed stands in it
   * @throws MarqueeError where Spark ended without a report
   */
  run(asked: Asked, begins: (what: string) => void): Promise<Report>;

  /** What a person can do where Spark's memory was not enough for something. */
  outOfMemory(what: string): MarqueeError;

  /** What a person can do where Spark's driver itself has failed. */
  broken(why: string): MarqueeError;

  /** Waits until nothing is left running of what a signal has stopped. */
  close(): Promise<void>;
}
