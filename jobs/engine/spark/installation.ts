import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { MarqueeError } from "../../../errors.ts";

/** Where scripts/setup/spark.sh puts Spark and says which Java it found. */
export const sparkFolder = path.join(import.meta.dirname, "..", "..", "..", ".cache", "spark");

export interface Installation {
  /** Spark's own folder, with bin/spark-submit. */
  home: string;
  /** The interpreter that Spark's Python was installed for. */
  python: string;
  java: string;
}

/**
 * Spark as the setup left it, with the Java that it found; where SPARK_HOME is set, that one, with
 * PYSPARK_PYTHON and JAVA_HOME.
 *
 * @throws MarqueeError (usage) where there is none
 */
export async function findSpark(
  environment: NodeJS.ProcessEnv = process.env,
  folder = sparkFolder,
): Promise<Installation> {
  const noted = async (name: string): Promise<string> =>
    readFile(path.join(folder, name), "utf8").then(
      (text) => text.trim(),
      () => "",
    );
  const { SPARK_HOME, PYSPARK_PYTHON, JAVA_HOME } = environment;
  const own = path.join(folder, "python", "bin", "python");
  const home = SPARK_HOME ?? (await noted("home"));
  const python = PYSPARK_PYTHON ?? (SPARK_HOME === undefined && existsSync(own) ? own : "python3");
  // The setup has noted one that its Spark runs on; the machine's may be too new.
  const ownJava = await noted("java");
  const java = SPARK_HOME === undefined && ownJava !== "" ? ownJava : (JAVA_HOME ?? ownJava);
  if (home !== "" && existsSync(path.join(home, "bin", "spark-submit"))) {
    return { home, python, java };
  }
  throw new MarqueeError({
    reason: "usage",
    what: "there is no Spark on this machine",
    next: "Install it with scripts/setup/spark.sh, or let SPARK_HOME name it",
  });
}

/** The variables of a process of this Spark, beside those of this one. */
export function sparkVariables({ home, python, java }: Installation): Record<string, string> {
  return {
    SPARK_HOME: home,
    PYSPARK_PYTHON: python,
    PYSPARK_DRIVER_PYTHON: python,
    ...(java === "" ? {} : { JAVA_HOME: java }),
  };
}

/** Spark's version, by its own library. */
export async function versionOf({ home }: Installation): Promise<string> {
  const names = await readdir(path.join(home, "jars"));
  const [, version] = /(?:^|,)spark-core_[\d.]+-([\d.]+)\.jar/.exec(names.join(",")) ?? [];
  return version ?? "of an unknown version";
}
