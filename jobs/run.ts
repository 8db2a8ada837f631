import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";

import type { Catalog } from "../sql/catalog/catalog.ts";
import type { CloudRun } from "./cloud/run.ts";
import type { Session } from "./duckdb.ts";
import type { Engine } from "./engine/engine.ts";
import type { FolderLake } from "./lake/folder.ts";
import type { RunRecord } from "./ops.ts";
import type { Options } from "./options.ts";
import type { Log } from "./report/log.ts";

/** What every step works with. */
export interface Run {
  id: string;
  startedAt: Date;
  options: Options;
  catalog: Catalog;
  lake: FolderLake;
  /** Of a run on Google Cloud: the bucket, of which the lake is a working copy, and BigQuery. */
  cloud: CloudRun | undefined;
  session: Session;
  engine: Engine;
  record: RunRecord;
  log: Log;
}

/** One step of the pipeline: the verb that `--only` knows it by, and what it does. */
export interface Step {
  name: string;
  run(run: Run): Promise<void>;
  /** Whether it has the engine work; others have it show tables at most. */
  usesEngine?: boolean;
}

/** Sorts by time; the letters tell apart two runs of one second. */
export function newRunId(startedAt: Date): string {
  const time = startedAt.toISOString().replace(/[-:]|\.\d+/g, "");
  return `${time}-${randomBytes(2).toString("hex")}`;
}

/** The commit of the code that runs; undefined outside a git checkout or without git. */
export async function gitCommit(folder: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "HEAD"], { cwd: folder });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
