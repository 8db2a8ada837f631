/**
 * Loaded before the pipeline by a test that kills it: what MARQUEE_KILLED_AT holds is the last that
 * the program says with --log json. Nothing is tidied up behind it.
 */
import fs from "node:fs";
import { env, kill, pid } from "node:process";

const moment = env["MARQUEE_KILLED_AT"];
const write = fs.writeSync as (...given: unknown[]) => number;

// The log goes this way, not over process.stdout.
fs.writeSync = (...given: unknown[]): number => {
  const written = write(...given);
  if (moment !== undefined && given[0] === 1 && String(given[1]).includes(moment)) {
    kill(pid, "SIGKILL");
  }
  return written;
};
