import { execFileSync } from "node:child_process";
import { mkdir, readdir, rm, statfs, writeFile } from "node:fs/promises";
import path from "node:path";
import { argv } from "node:process";

import { expect } from "chai";

import { exitCodes } from "../../errors.ts";
import { steps } from "../../jobs/pipeline.ts";
import { answers } from "../support/answers.ts";
import { runLocally } from "../support/pipeline.ts";
import { startPipeline } from "../support/started.ts";
import { twoVersions } from "../support/two-versions.ts";
import { zipOfB } from "../support/full-disk-tests.ts";

/**
 * Fills a real disk up in each step of a run, and expects the old answers each time and the new ones
 * once there is room. Started in a mount namespace of its own, where anybody may mount a disk, and
 * where it is gone with the last process.
 */
const [folder = ""] = argv.slice(2);
const diskBytes = 64 * 1024 * 1024;
/** What a disk gives room to at a time. */
const pageBytes = 4096;
/** So many sizes are tried. */
const mostRuns = 10;

const disk = path.join(folder, "disk");
await mkdir(disk);
execFileSync("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", disk]);
const versions = await twoVersions(disk);
const zip = await zipOfB(versions);

/** How many steps a run has ended with so many bytes free: all of them where it has gone well. */
const endedWith = new Map<number, number>();

async function ended(freeBytes: number): Promise<number> {
  const name = `lake ${freeBytes}`;
  const lake = await versions.lakeWithA(name);
  const ballast = path.join(disk, "ballast");
  await fill(ballast, freeBytes);
  const { code, stderr } = await startPipeline(["--lake", lake, "--source", zip]).ended;
  const lines = stderr.trim().split("\n");
  const count = lines.filter((line) => /^\w+: [\d.]+ s$/.test(line)).length;
  const said = lines.filter((line) => /error|internal|Error/.test(line));
  if (code === 0) {
    expect(await versions.versionIn(lake)).to.equal("B");
  } else {
    expect(code, `${freeBytes} bytes: ${stderr}`).to.equal(exitCodes.lake);
    expect(said.at(-1), stderr).to.match(/^error: .*the disk is full.*Make room and run again/);
    expect(lines.filter((line) => line.startsWith("error: "))).to.have.length(1);
    expect(await versions.versionIn(lake)).to.equal("A");
    await rm(ballast);
    await runLocally({ sources: [zip], lake });
    expect(await answers(lake)).to.deep.equal(versions.answersB);
    expect(await readdir(lake)).to.have.members([
      ...new Set(versions.namesAfterB.map(first)),
      "raw",
    ]);
  }
  await rm(ballast, { force: true });
  await rm(lake, { recursive: true });
  const failed = code === 0 ? "nowhere" : (steps[count]?.name ?? "ops");
  const warned = lines.filter((line) => line.startsWith("warning: ")).join("; ");
  tell(`${freeBytes} bytes free: failed in ${failed} ${warned}`);
  endedWith.set(freeBytes, count);
  return count;
}

function tell(line: string): void {
  process.stdout.write(`${line.trim()}\n`);
}

function first(name: string): string {
  return name.split(path.sep)[0]!;
}

async function fill(file: string, freeBytes: number): Promise<void> {
  await writeFile(file, "");
  const { bavail, bsize } = await statfs(disk);
  await writeFile(file, Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)));
}

/** Looks for the sizes between which a run gets on by a step, until each step has failed. */
async function search(
  low: number,
  lowEnded: number,
  high: number,
  highEnded: number,
): Promise<void> {
  if (highEnded - lowEnded <= 1 || high - low <= pageBytes || endedWith.size >= mostRuns) return;
  const middle = Math.floor(Math.sqrt(Math.max(low, pageBytes) * high) / pageBytes) * pageBytes;
  if (middle === low) return;
  const middleEnded = await ended(middle);
  await search(low, lowEnded, middle, middleEnded);
  await search(middle, middleEnded, high, highEnded);
}

const roomy = 16 * 1024 * 1024;
/** Enough to claim the lake, and too little for what is fetched. */
const scarce = 3 * pageBytes;
await ended(0);
await search(scarce, await ended(scarce), roomy, await ended(roomy));
const failedIn = new Set([...endedWith.values()].map((count) => steps[count]?.name));
// The step check writes a page at most: between its neighbours there may be no size for it.
expect(failedIn).to.include.all.keys("fetch", "prepare", "transform", "publish");
