import { existsSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { answers } from "../support/answers.ts";
import { heldUp } from "../support/held-up.ts";
import { appears } from "../support/kills.ts";
import { runLocally } from "../support/pipeline.ts";
import { type Ending, killGroup, start, type Started, startPipeline } from "../support/started.ts";
import { namesIn, type TwoVersions, withTwoVersions } from "../support/two-versions.ts";
import type { Row } from "../support/rows.ts";
import { askWarehouse } from "../support/warehouse.ts";

/**
 * Two seconds on a machine that has nothing else to do. A run that did not heed its signal would be
 * held by a query without an end, or would end with another code.
 */
const promptly = 30_000;
/** A silent server is given up after thirty seconds: the signal is to end its download before. */
const beforeStall = 20_000;
/** So long may the last process of a group take to be gone: a sample is made in little more. */
const farewell = 2_000;
/** Short for the program, which takes 500 ms for one Ctrl-C; long enough to be two for the system. */
const betweenEchoes = 20;

const signals = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

describe("a signal to a run", function () {
  this.timeout(300_000);
  const shared = withTwoVersions();

  for (const [signal, code] of signals) {
    it(`${signal} ends a long query: code ${code}, the old answers stay, ops tells of it`, async () => {
      const { lake, args } = await runOfB(shared(), `query ${signal}`);
      const run = startPipeline(args, { place: "query" });
      await run.says(heldUp("query"));
      await sleep(200);
      run.signal(signal);
      await expectStopped(await promptEnd(run), shared(), lake, { signal, code });
    });

    it(`${signal} reaches a run below npm, alone or with all of its group`, async () => {
      for (const way of ["signal", "signalGroup"] as const) {
        const { lake, args } = await runOfB(shared(), `${way} ${signal}`);
        const run = start("npm", ["run", "--silent", "pipeline", "--", ...args]);
        await appears("work/lake.json")(lake, run);
        run[way](signal);
        await expectStopped(await promptEnd(run), shared(), lake, { signal, code });
      }
    });
  }

  it("ends a download that waits for its server", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    try {
      const connected = new Promise((resolve) => silent.once("connection", resolve));
      const lake = await shared().lakeWithA("download");
      const { port } = silent.address() as AddressInfo;
      const proxies = { HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: "" };
      const run = startPipeline(["--lake", lake, "--source", "fred"], undefined, proxies);
      await connected;
      run.signal("SIGTERM");
      const ending = await promptEnd(run, beforeStall);
      await expectStopped(ending, shared(), lake, { signal: "SIGTERM", code: 143 });
    } finally {
      silent.close();
    }
  });

  it("takes a Ctrl-C that comes twice at once for one", async () => {
    const { lake, args } = await runOfB(shared(), "echo");
    const run = startPipeline(args, { place: "query" });
    await run.says(heldUp("query"));
    // In one turn of the loop: a test that came back late would send a second signal, no echo.
    run.signal("SIGINT");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, betweenEchoes);
    run.signal("SIGINT");
    await expectStopped(await promptEnd(run), shared(), lake, { signal: "SIGINT", code: 130 });
  });

  it("ends a run at once when it is the second, and the next run goes on", async () => {
    for (const [signal, code] of signals) {
      const { lake, args } = await runOfB(shared(), `second ${signal}`);
      // Both in its step and in writing to ops that it was stopped.
      const run = startPipeline(args, { place: "query", times: 2 });
      await run.says(heldUp("query"));
      run.signal("SIGINT");
      await run.says(heldUp("query"), 2);
      await sleep(700);
      run.signal(signal);
      const ending = await promptEnd(run);
      expect(ending.code ?? ending.signal).to.be.oneOf([code, signal]);
      expect(await shared().versionIn(lake)).to.equal("A");
      await runLocally({ sources: [shared().sourceOfB], lake });
      expect(await statuses(lake)).to.deep.equal(["succeeded", "killed", "succeeded"]);
    }
  });

  it("lets a run finish whose tables are about to be shown", async () => {
    const { lake, args } = await runOfB(shared(), "switch");
    const run = startPipeline(args, { place: "switch" });
    await run.says(heldUp("switch"));
    run.signal("SIGINT");
    const { code, stderr } = await run.ended;
    expect(code, stderr).to.equal(0);
    expect(await shared().versionIn(lake)).to.equal("B");
    expect(await statuses(lake)).to.deep.equal(["succeeded", "succeeded"]);
    expect(await namesIn(lake)).to.deep.equal(shared().namesAfterB);
  });

  it("leaves no process behind that makes a sample", async () => {
    const lake = await shared().lakeWithA("sample");
    const run = startPipeline(["--lake", lake, "--source", "sample"]);
    await appears("raw/sample")(lake, run);
    run.signal("SIGTERM");
    const { code, stderr } = await promptEnd(run);
    expect(code, stderr).to.equal(143);
    const deadline = Date.now() + farewell;
    while (groupLives(run) && Date.now() < deadline) await sleep(20);
    expect(groupLives(run)).to.equal(false);
  });
});

async function runOfB(
  versions: TwoVersions,
  name: string,
): Promise<{ lake: string; args: string[] }> {
  const lake = await versions.lakeWithA(`lake ${name}`);
  return { lake, args: ["--lake", lake, "--source", versions.sourceOfB] };
}

function groupLives({ processId }: Started): boolean {
  try {
    process.kill(-processId, 0);
    return true;
  } catch {
    return false;
  }
}

async function promptEnd(run: Started, milliseconds = promptly): Promise<Ending> {
  const late = sleep(milliseconds, undefined);
  const ending = await Promise.race([run.ended, late]);
  if (ending !== undefined) return ending;
  await killGroup(run);
  throw new Error(`it has not ended within ${milliseconds} ms`);
}

/** Stopped with one line and a row in ops; the lake as if the run had not been, and free. */
async function expectStopped(
  ending: Ending,
  versions: TwoVersions,
  lake: string,
  { signal, code }: { signal: string; code: number },
): Promise<void> {
  expect(ending.code, ending.stderr).to.equal(code);
  const errors = ending.stderr.split("\n").filter((line) => /error|warning/.test(line));
  expect(errors, ending.stderr).to.have.length(1);
  expect(errors[0]).to.match(new RegExp(`^error: stopped by ${signal}\\. .*run the same command`));
  expect(existsSync(path.join(lake, "lock.json"))).to.equal(false);
  expect(await versions.versionIn(lake)).to.equal("A");
  const [, last] = await runs(lake);
  expect(last?.[0]).to.equal("failed");
  expect(last?.[1]).to.match(new RegExp(`^stopped by ${signal}`));

  await runLocally({ sources: [versions.sourceOfB], lake });
  expect(await answers(lake)).to.deep.equal(versions.answersB);
  expect(await statuses(lake)).to.deep.equal(["succeeded", "failed", "succeeded"]);
}

async function runs(lake: string): Promise<Row[]> {
  const file = path.join(lake, "warehouse.duckdb");
  return askWarehouse(file, "select status, message from ops.runs order by started_at");
}

async function statuses(lake: string): Promise<unknown[]> {
  return (await runs(lake)).map(([status]) => status);
}
