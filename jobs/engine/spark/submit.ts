import { spawn } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";

import { MarqueeError } from "../../../errors.ts";
import { type Installation, sparkVariables } from "./installation.ts";
import type { Manifest, Report } from "./manifest.ts";
import { localSettings, sparkSettings } from "./settings.ts";

export const driver = path.join(import.meta.dirname, "driver.py");

/** Memory of the one process in which Spark works here, unless MARQUEE_SPARK_MEMORY says otherwise. */
const usualMemory = "4g";

interface Circumstances {
  /** Where Spark's log is kept, and what it needs for itself. */
  folder: string;
  stop: AbortSignal | undefined;
  begins: (what: string) => void;
}

/**
 * Runs driver.py with manifests, and ends it with all its children when it is stopped.
 *
 * @returns the report of each; a model or check that failed stands in it
 * @throws MarqueeError (lake) where Spark ended without a report: no memory, no Java
 */
export async function submit(
  installation: Installation,
  asked: readonly Manifest[],
  { folder, stop, begins }: Circumstances,
): Promise<Report[]> {
  const manifests = asked.map((_, index) => path.join(folder, `manifest-${index}.json`));
  for (const [index, file] of manifests.entries()) {
    await writeFile(file, JSON.stringify(asked[index]));
  }
  const settings = Object.entries({
    ...sparkSettings,
    ...localSettings,
    "spark.sql.warehouse.dir": path.join(folder, "warehouse"),
    "spark.local.dir": path.join(folder, "local"),
  });
  stop?.throwIfAborted();
  const child = spawn(
    path.join(installation.home, "bin", "spark-submit"),
    [
      ...["--master", "local[*]", "--driver-memory", sparkMemory()],
      ...settings.flatMap(([name, value]) => ["--conf", `${name}=${value}`]),
      driver,
      ...manifests,
    ],
    {
      // A group of its own, so that nothing is left of it when it is stopped.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        ...sparkVariables(installation),
        // The driver looks whether it is still there: a run that is killed cannot end its Spark.
        MARQUEE_PROCESS: String(process.pid),
      },
    },
  );
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // All of it has ended.
    }
  };
  stop?.addEventListener("abort", end, { once: true });
  const log = path.join(folder, "spark.log");
  // A disk that is full must not end more than the log.
  const logged = pipeline(child.stderr, createWriteStream(log)).catch(() => undefined);
  // Spark sends the driver's last words here too, whatever it wrote them to.
  const lastWords: string[] = [];
  // Models are made one after the other. Of checks, told with their tables, several are asked at once.
  let work = "its work";
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("begins ")) {
      const what = line.slice("begins ".length);
      work = what.includes(" ") ? "its work" : what;
      begins(what);
    } else lastWords.push(line);
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (...how) => {
      resolve(how);
    });
  }).finally(() => stop?.removeEventListener("abort", end));
  // Where Java went before its driver, that one would still write into a folder that is being removed.
  end();
  await logged;
  stop?.throwIfAborted();
  // The kernel ends by this signal what takes more memory than there is.
  if (signal === "SIGKILL") throw outOfMemory(`${work}: the system has killed it`);
  // Java may be gone before the driver, which it ends with, has written down what failed.
  if (!asked.every(({ report }) => existsSync(report))) throw await died(log, work, lastWords);
  const texts = await Promise.all(asked.map(({ report }) => readFile(report, "utf8")));
  const reports = texts.map((text) => JSON.parse(text) as Report);
  const failed = reports.find(({ failure }) => failure !== undefined)?.failure;
  // Spark that runs out of memory shuts down, and the driver may hear of that alone: the log knows why.
  if (failed !== undefined && lacksMemory(await textOf(log))) {
    throw outOfMemory(failed.kind === "driver" ? work : failed.name);
  }
  if (failed === undefined && code !== 0) throw await died(log, work, lastWords);
  return reports;
}

/** What a person can do about it is the same wherever it shows. */
export function outOfMemory(what: string): MarqueeError {
  return new MarqueeError({
    reason: "lake",
    what: `Spark's ${sparkMemory()} of memory were not enough for ${what}`,
    next: "Give it more with MARQUEE_SPARK_MEMORY, such as 8g",
  });
}

/** Memory of the process in which Spark works on this machine, as Spark takes it: 4g. */
export function sparkMemory(): string {
  const { MARQUEE_SPARK_MEMORY: said = "" } = process.env;
  return said === "" ? usualMemory : said;
}

/** Lines of Spark's log that tell of its own doings, and those of a stack. */
const noise = /^\s+at |^\s*\.\.\. \d+ more|^\d\d\/\d\d\/\d\d [\d:]+ (INFO|WARN) |^WARNING: /;

/** Of what Spark printed the last lines that a person has something of. */
export function lastWordsOf(printed: string, most: number): string[] {
  const lines = printed.split("\n").filter((line) => line.trim() !== "" && !noise.test(line));
  return lines.slice(-most);
}

async function textOf(log: string): Promise<string> {
  return readFile(log, "utf8").catch(() => "");
}

/** With less than 450 MB Spark does not even begin. */
function lacksMemory(text: string): boolean {
  return /java\.lang\.OutOfMemoryError|System memory \d+ must be at least/.test(text);
}

async function died(
  log: string,
  work: string,
  lastWords: readonly string[],
): Promise<MarqueeError> {
  const text = await textOf(log);
  if (lacksMemory(text)) return outOfMemory(work);
  const lines = lastWordsOf([text, ...lastWords].join("\n"), 3);
  return new MarqueeError({
    reason: "lake",
    what: `Spark ended without a report: ${lines.join(" ")}`,
    next: `Its log is ${log}`,
  });
}
