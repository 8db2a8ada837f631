import { type ChildProcess, fork, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { type Claim, claimLake, releaseLake } from "../../../jobs/lake/lock.ts";
import { statusOf } from "../../../jobs/lake/process-status.ts";
import { failure } from "../../support/errors.ts";
import { withFolder } from "../../support/folder.ts";
import type { Finish, Start } from "../../support/lock-racer.ts";

const run = { runId: "mine", startedAt: "2020-01-01T00:00:00.000Z", sources: ["x"] };
const dead: Claim = {
  runId: "dead",
  startedAt: "2000-01-01T00:00:00.000Z",
  sources: ["x"],
  processId: 2 ** 30,
  host: os.hostname(),
};

const lockOf = (lake: string): string => path.join(lake, "lock.json");
const leave = (lake: string, claim: Claim): Promise<void> =>
  writeFile(lockOf(lake), JSON.stringify(claim));
const held = async (lake: string): Promise<Claim> =>
  JSON.parse(await readFile(lockOf(lake), "utf8")) as Claim;

describe("the lock of a lake", () => {
  for (const [what, left] of [
    ["a dead lock", dead],
    ["no lock", undefined],
  ] as const) {
    it(`is won by exactly one of many processes that race for ${what}`, async () => {
      await withRacers(6, async (race) => {
        for (let round = 0; round < 20; round++) {
          await withFolder(async (lake) => {
            if (left !== undefined) await leave(lake, left);
            const finishes = await race(lake);
            const winners = finishes.filter((finish) => finish.won);
            expect(winners, `round ${round}`).to.deep.equal([
              { won: true, left: left?.runId ?? null },
            ]);
            const { runId } = await held(lake);
            for (const finish of finishes) {
              if (!finish.won) expect(finish.why).to.match(/ is in use by run racer-/);
            }
            expect(runId).to.match(/^racer-/);
            expect(await readdir(lake)).to.have.members(["lock.json", "versions"]);
            expect(await readdir(path.join(lake, "versions"))).to.deep.equal([]);
          });
        }
      });
    });
  }

  it("counts a claim as dead whose process number was given out again", async () => {
    await withFolder(async (lake) => {
      const start = (await statusOf(process.ppid))?.start;
      if (start === undefined) return;
      const parent = { ...dead, processId: process.ppid };
      await leave(lake, { ...parent, processStart: start });
      await failure(claimLake(lake, run), "lake");
      await leave(lake, { ...parent, processStart: `${start}1` });
      expect((await claimLake(lake, run))?.runId).to.equal("dead");
      expect(await held(lake)).to.include({ runId: run.runId, processId: process.pid });
    });
  });

  it("counts a claim without a start as dead only if nobody has its number", async () => {
    await withFolder(async (lake) => {
      await leave(lake, { ...dead, processId: process.ppid });
      await failure(claimLake(lake, run), "lake");
      await leave(lake, { ...dead, processId: process.pid });
      expect((await claimLake(lake, run))?.runId).to.equal("dead");
    });
  });

  it("counts a process as dead that nobody has buried", async () => {
    if ((await statusOf(process.pid)) === undefined) return;
    await withFolder(async (lake) => {
      // The shell becomes a program that never asks what became of its child.
      const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"]);
      const [said] = (await once(parent.stdout, "data")) as [Buffer];
      const processId = Number(said.toString());
      while ((await statusOf(processId))?.hasEnded === false);
      const status = await statusOf(processId);
      expect(status?.hasEnded).to.equal(true);
      await leave(lake, { ...dead, processId, processStart: status!.start });
      expect((await claimLake(lake, run))?.runId).to.equal("dead");
      parent.kill("SIGKILL");
    });
  });

  it("is taken over also where who began to do so is dead, or the claim is cut off", async () => {
    await withFolder(async (lake) => {
      await mkdir(path.join(lake, "versions"));
      await leave(lake, dead);
      const text = await readFile(lockOf(lake), "utf8");
      const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
      const heir = path.join(lake, "versions", `${digest}.heir`);
      await writeFile(heir, JSON.stringify({ ...dead, runId: "heir" }));
      expect((await claimLake(lake, run))?.runId).to.equal("dead");
      expect(await readdir(path.join(lake, "versions"))).to.deep.equal([]);

      await writeFile(lockOf(lake), '{"runId":"cut');
      expect(await claimLake(lake, run)).to.equal(undefined);
      expect(await held(lake)).to.include({ runId: run.runId });
    });
  });

  it("is released by nobody but its holder, who cannot claim it twice", async () => {
    await withFolder(async (lake) => {
      await leave(lake, { ...dead, host: "elsewhere" });
      await releaseLake(lake);
      expect(await held(lake)).to.include({ host: "elsewhere" });
      await leave(lake, { ...dead, processId: process.pid, processStart: "1" });
      await releaseLake(lake);
      expect(await held(lake)).to.include({ runId: "dead" });
      await claimLake(lake, run);
      await failure(claimLake(lake, run), "lake");
      await releaseLake(lake);
      expect(existsSync(lockOf(lake))).to.equal(false);
      await releaseLake(lake);
    });
  });
});

async function withRacers(
  count: number,
  use: (race: (lake: string) => Promise<Finish[]>) => Promise<void>,
): Promise<void> {
  const program = path.join(import.meta.dirname, "..", "..", "support", "lock-racer.ts");
  const racers = Array.from({ length: count }, () => fork(program));
  try {
    await use(async (lake) => Promise.all(racers.map((racer) => raced(racer, lake))));
  } finally {
    for (const racer of racers) racer.kill("SIGKILL");
  }
}

async function raced(racer: ChildProcess, lake: string): Promise<Finish> {
  const answer = once(racer, "message");
  const start: Start = { lake, at: Date.now() + 30 };
  racer.send(start);
  return ((await answer) as [Finish])[0];
}
