import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { env } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import type { Claim } from "../../jobs/lake/lock.ts";
import { Random } from "../../scripts/sample/random.ts";
import { answers } from "./answers.ts";
import { runLocally } from "./pipeline.ts";
import { type Hold, killGroup, type Started, startPipeline } from "./started.ts";
import { namesIn, type TwoVersions } from "./two-versions.ts";
import { askWarehouse } from "./warehouse.ts";

/** Printed with every test that draws by it; MARQUEE_SEED repeats what it has drawn. */
export const seed = Number(env["MARQUEE_SEED"] ?? Date.now() % 1_000_000);

const claim = "lock.json";

/** Parts of an undisturbed run's duration; a few lie behind its end on a machine with other work. */
export function randomMoments(count: number): number[] {
  const random = new Random(seed, "moments");
  return Array.from({ length: count }, () => random.unit());
}

/** How long a run holds its lake that nobody disturbs. */
export async function undisturbedMilliseconds(versions: TwoVersions): Promise<number> {
  const lake = await versions.lakeWithA("undisturbed");
  const run = startRunOfB(versions, lake);
  await appears(claim)(lake, run);
  const start = performance.now();
  const { code, stderr } = await run.ended;
  expect(code, stderr).to.equal(0);
  return performance.now() - start;
}

export function startRunOfB(
  { sourceOfB }: TwoVersions,
  lake: string,
  more: readonly string[] = [],
  hold?: Hold,
): Started {
  return startPipeline(["--lake", lake, "--source", sourceOfB, ...more], hold);
}

/** What a kill met, for the account of a suite: kills that all met the same would prove little. */
export type Met = "nothing yet" | "a run" | "a published run" | "the end";

/**
 * Kills a run of B over a lake with A and expects all of one version to be readable at once; then
 * runs B again and expects its answers, one row in ops for each run, and nothing left of the kill.
 *
 * @param name of the kill
 * @param moment resolves when the run is to be killed
 */
export async function killAndGoOn(...kill: Parameters<typeof killThenGoOn>): Promise<Met> {
  return killThenGoOn(...kill).catch((error: unknown) => {
    if (error instanceof Error) error.message = `killed ${kill[1]}: ${error.message}`;
    throw error;
  });
}

async function killThenGoOn(
  versions: TwoVersions,
  name: string,
  moment: Moment,
  { more = [], hold }: { more?: readonly string[]; hold?: Hold } = {},
): Promise<Met> {
  const lake = await versions.lakeWithA(`killed ${name}`);
  const run = startRunOfB(versions, lake, more, hold);
  await moment(lake, run);
  await killGroup(run);
  const left = await claimIn(lake);
  const version = await versions.versionIn(lake);
  const hasEnded = left === undefined && (await run.ended).code === 0;

  await runLocally({ sources: [versions.sourceOfB], lake });
  expect(await answers(lake)).to.deep.equal(versions.answersB);
  expect(await namesIn(lake)).to.deep.equal(versions.namesAfterB);
  await expectToldOnce(lake, left, version, hasEnded);
  await rm(lake, { recursive: true });
  if (hasEnded) return "the end";
  if (version === "B") return "a published run";
  return left === undefined ? "nothing yet" : "a run";
}

/** The run that made A, the killed one if it had begun, and the one behind it: one row each. */
async function expectToldOnce(
  lake: string,
  left: Claim | undefined,
  version: "A" | "B",
  hasEnded: boolean,
): Promise<void> {
  const rows = await askWarehouse(
    path.join(lake, "warehouse.duckdb"),
    "select run_id, status from ops.runs order by started_at",
  );
  const hadBegun = left !== undefined || version === "B" || hasEnded;
  expect(rows, "runs in ops").to.have.length(hadBegun ? 3 : 2);
  expect(new Set(rows.map(([runId]) => runId)).size).to.equal(rows.length);
  if (left === undefined) return;
  const [, [runId, status] = []] = rows;
  expect(runId).to.equal(left.runId);
  if (version === "B") expect(status).to.equal("succeeded");
  else expect(status).to.be.oneOf(["killed", "succeeded"]);
}

async function claimIn(lake: string): Promise<Claim | undefined> {
  const text = await readFile(path.join(lake, claim), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Claim);
}

type Moment = (lake: string, run: Started) => Promise<unknown>;

/** So long after a run has claimed its lake, or at its end. Before that it has touched nothing. */
export function afterClaim(milliseconds: number): Moment {
  return async (lake, run) => {
    await appears(claim)(lake, run);
    await Promise.race([sleep(milliseconds), run.ended]);
  };
}

/** When a name is in the lake, or the run has ended. */
export function appears(name: string): Moment {
  return async (lake, run) => {
    while (!existsSync(path.join(lake, name)) && run.runs()) await sleep(1);
  };
}
