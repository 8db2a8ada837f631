/**
 * Loaded before the pipeline by a test that must meet it at a certain place: says on stdout that the
 * place is reached, and stays there. MARQUEE_HELD_UP names the place and how often it is held up.
 */
import { promises } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import { env } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import { DuckDBConnection } from "@duckdb/node-api";

/** A query, and the moments before and behind the one in which readers see the new version. */
export type Place = "query" | "switch" | "switched";

/** What the program says when it has come to a place. */
export const heldUp = (place: Place): string => `held up at ${place}\n`;

/** Nobody waits for its end, and it can be interrupted at any moment. */
const endlessQuery = "select sum(a.range * b.range) from range(10000000) a, range(10000000) b";
const switchMilliseconds = 1000;

const [place, times = "1"] = (env["MARQUEE_HELD_UP"] ?? "").split(" ");
let left = Number(times);
const isHeldUp = (): boolean => left > 0 && left-- > 0;

if (place === "query") {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own connection
  const run = DuckDBConnection.prototype.run;
  DuckDBConnection.prototype.run = function (sql, ...rest) {
    if (!/^\s*copy/.test(sql) || !isHeldUp()) return run.call(this, sql, ...rest);
    process.stdout.write(heldUp(place));
    return run.call(this, endlessQuery);
  };
}

if (place === "switch" || place === "switched") {
  const { rename } = promises;
  promises.rename = async (from, to) => {
    const isSwitch = path.basename(String(to)) === "current" && isHeldUp();
    if (place === "switched") await rename(from, to);
    if (isSwitch) {
      process.stdout.write(heldUp(place));
      await sleep(switchMilliseconds);
    }
    if (place === "switch") await rename(from, to);
  };
  syncBuiltinESMExports();
}
