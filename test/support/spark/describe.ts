import path from "node:path";

import {
  findSpark,
  type Installation,
  sparkFolder,
} from "../../../jobs/engine/spark/installation.ts";

/** A Spark on this machine that tests run in. */
export interface SparkHere {
  installation: Installation;
  /** Which versions it must be of; undefined where any will do. */
  promised: { spark: string; java: string } | undefined;
}

interface KnownSpark extends Omit<SparkHere, "installation"> {
  title: string;
  setup: string;
  installation: Installation | undefined;
}

const orNone = (found: Promise<Installation>): Promise<Installation | undefined> =>
  found.catch(() => undefined);

/** The one of `--engine spark`. */
const ours: KnownSpark = {
  title: "Spark",
  setup: "scripts/setup/spark.sh",
  promised: undefined,
  installation: await orNone(findSpark()),
};

/** The versions of Dataproc's image 2.3; what the environment says of Spark is about ours. */
const dataproc: KnownSpark = {
  title: "Spark 3.5.3 on Java 11, as Dataproc has them",
  setup: "scripts/setup/spark.sh 3.5.3 .cache/spark-dataproc 11",
  promised: { spark: "3.5.3", java: "11" },
  installation: await orNone(findSpark({}, path.join(sparkFolder, "..", "spark-dataproc"))),
};

export const someSparkIsThere = [ours, dataproc].some(
  ({ installation }) => installation !== undefined,
);

/** Tests that Spark runs in; where there is none, one test that says that it was skipped. */
export function describeWithSpark(name: string, define: (spark: SparkHere) => void): void {
  describe(name, () => {
    defineOrSkip(ours, define);
  });
}

/** The same tests in each Spark that Marquee is held to. */
export function describeWithEverySpark(define: (spark: SparkHere) => void): void {
  for (const spark of [ours, dataproc]) {
    describe(`in ${spark.title}`, () => {
      defineOrSkip(spark, define);
    });
  }
}

function defineOrSkip(
  { title, setup, promised, installation }: KnownSpark,
  define: (spark: SparkHere) => void,
): void {
  if (installation !== undefined) define({ installation, promised });
  else it.skip(`SKIPPED: there is no ${title} on this machine; ${setup} installs it`);
}
