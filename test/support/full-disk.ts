import { promises } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

import { DuckDBConnection } from "@duckdb/node-api";

import type { Log } from "../../jobs/report/log.ts";

/** One write of a run: a statement of DuckDB's or a call of the system. */
export interface Write {
  /** The step in which it stands; "ops" behind the last one. */
  step: string;
  what: string;
}

/** Which writes of a run find the disk full. */
export interface Fullness {
  from: number;
  /** Whether somebody makes room at once, so that the run can still tell ops of its end. */
  once: boolean;
}

const writingStatement = /^\s*(copy|insert|attach|commit|checkpoint|create (or replace )?table)\b/i;
const writingCalls = ["writeFile", "mkdir", "copyFile", "cp", "symlink", "rename", "open"] as const;

/**
 * Runs something on a disk that is full from some write on; without one it tells which writes there
 * are.
 *
 * @param log of the work, which tells of each step's end
 */
export async function onFullDisk(
  steps: readonly string[],
  fullness: Fullness | undefined,
  log: Log,
  work: () => Promise<unknown>,
): Promise<Write[]> {
  const writes: Write[] = [];
  let ended = 0;
  log.info = (message: string): void => {
    if (/^\w+: [\d.]+ s$/.test(message)) ended++;
  };
  const isRefused = (what: string): boolean => {
    writes.push({ step: steps[ended] ?? "ops", what });
    if (fullness === undefined) return false;
    const number = writes.length - 1;
    return fullness.once ? number === fullness.from : number >= fullness.from;
  };
  const undo = [refuseStatements(isRefused), ...writingCalls.map((n) => refuseCalls(n, isRefused))];
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    for (const restore of undo) restore();
    syncBuiltinESMExports();
  }
  return writes;
}

function refuseStatements(isRefused: (what: string) => boolean): () => void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own connection
  const { run } = DuckDBConnection.prototype;
  DuckDBConnection.prototype.run = async function (sql, ...rest) {
    const what = sql.trim().replace(/\s+/g, " ").slice(0, 80);
    if (writingStatement.test(sql) && isRefused(what)) {
      throw new Error('IO Error: Could not write to file "x": No space left on device');
    }
    return run.call(this, sql, ...rest);
  };
  return () => {
    DuckDBConnection.prototype.run = run;
  };
}

type Call = (place: unknown, second?: unknown, ...rest: unknown[]) => Promise<unknown>;

function refuseCalls(
  name: (typeof writingCalls)[number],
  isRefused: (what: string) => boolean,
): () => void {
  const calls = promises as unknown as Record<string, Call>;
  const call = calls[name]!;
  calls[name] = async (place, second, ...rest) => {
    const reads = name === "open" && !/[wa+]/.test(typeof second === "string" ? second : "r");
    if (reads || !isRefused(`${name} ${String(place)}`)) return call(place, second, ...rest);
    // What a full disk leaves of a file: its name. The system does not say which file it was then.
    if (name === "writeFile") await call(place, "");
    const told = name === "writeFile" ? {} : { path: String(place) };
    const error = new Error(`ENOSPC: no space left on device, ${name}`);
    throw Object.assign(error, { code: "ENOSPC", errno: -28, syscall: name, ...told });
  };
  return () => {
    calls[name] = call;
  };
}
