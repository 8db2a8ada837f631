import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { BucketLake } from "../../../../jobs/lake/bucket/bucket-lake.ts";
import { closedPort } from "../../../support/faulty-server.ts";
import { claimOf, cloud, opened, soon, withLake } from "../../../support/cloud/bucket-lake.ts";
import { failure } from "../../../support/errors.ts";
import { withVariables } from "../../../support/variables.ts";

/** Whether the lease is held, as a promise. */
async function held(lake: BucketLake): Promise<void> {
  await Promise.resolve();
  lake.expectHeld();
}

describe("the lease of a bucket lake", () => {
  it("is made only where there is none, and is gone when the run ends", () =>
    withLake(async (stub) => {
      const lake = await opened("run-1");
      expect(stub.asks("insert lock.json")).to.have.length(1);
      expect(stub.asks("insert lock.json")[0]!.ifGenerationMatch).to.equal("0");
      expect(stub.json("lock.json")).to.include({ format: 1, runId: "run-1", host: os.hostname() });
      const { generation } = stub.objects.get("lock.json")!;
      await lake.close();
      expect(stub.asks("delete lock.json")[0]!.ifGenerationMatch).to.equal(generation);
      expect(stub.names()).to.deep.equal([]);
    }));

  it("keeps everybody else out, saying who has it", () =>
    withLake(async (stub) => {
      const began = new Date("2026-11-21T12:00:00Z");
      const lake = await opened("run-1", {}, undefined, [], began);
      const error = await failure(opened("run-2"), "cloud");
      expect(error.message).to.include(`${stub.bucket} is in use by run run-1 (process`);
      expect(error.message).to.include(`${process.pid} on ${os.hostname()}, since 2026-11-21T`);
      expect(error.next).to.match(
        /^Wait for it, or, if that run is dead, run again in (299|300|301) s/,
      );
      expect(stub.json("lock.json")["runId"]).to.equal("run-1");
      await lake.close();
      await (await opened("run-2")).close();
    }));

  it("that has run out is taken over, by exactly one of those who see it", () =>
    withLake(async (stub) => {
      const killed = await opened("run-1", { renewSeconds: 1000, expireSeconds: 5000 });
      await killed.note("job-7");
      stub.age("lock.json", 4990);
      await failure(opened("run-2"), "cloud");
      stub.age("lock.json", 15);
      const { generation } = stub.objects.get("lock.json")!;
      const tried = await Promise.allSettled([opened("run-2"), opened("run-3"), opened("run-4")]);
      const open = tried.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      expect(open).to.have.length(1);
      expect(open[0]!.lease.interrupted).to.include({ runId: "run-1", sparkJob: "job-7" });
      const conditions = stub.asks("insert lock.json").map((one) => one.ifGenerationMatch);
      expect(conditions).to.include(generation);
      expect(conditions).not.to.include(undefined);

      await failure(killed.note("job-8"), "cloud");
      const error = await failure(held(killed), "cloud");
      expect(error.line).to.include("another run has taken its lease over");
      // What another one has now is not taken away.
      await killed.close();
      expect(stub.names()).to.deep.equal(["lock.json"]);
      await open[0]!.close();
    }));

  it("of a run that is known to be dead does not count", () =>
    withLake(async () => {
      await opened("run-1");
      await failure(opened("run-2", soon, "run-0"), "cloud");
      const lake = await opened("run-2", soon, "run-1");
      expect(lake.lease.interrupted).to.include({ runId: "run-1" });
      await lake.close();
    }));

  it("is renewed while the run goes on, each time in the place of what it was", () =>
    withLake(async (stub) => {
      // A renewal may take seconds on a slow machine, and its end may be waited for.
      const patience = { renewSeconds: 0.2, expireSeconds: 3, stallSeconds: 5 };
      const lake = await opened("run-1", patience);
      const generations = new Set<string>();
      stub.onRequest = () => generations.add(stub.objects.get("lock.json")?.generation ?? "0");
      await sleep(3500);
      lake.expectHeld();
      const renewals = stub.asks("insert lock.json").slice(1);
      expect(renewals.length).to.be.greaterThan(4);
      for (const { ifGenerationMatch } of renewals)
        expect(generations.has(ifGenerationMatch!)).to.equal(true);
      await lake.close();
      const { length } = stub.asked;
      await sleep(700);
      expect(stub.asked.length).to.equal(length);
    }));

  it("that cannot be renewed in time is given up", () =>
    withLake(async (stub, warnings) => {
      const lake = await opened(
        "run-1",
        { renewSeconds: 0.2, expireSeconds: 3 },
        undefined,
        warnings,
      );
      stub.fault = ({ what }) => (what === "insert" ? 403 : undefined);
      lake.expectHeld();
      const isLost = (): Promise<boolean> =>
        held(lake).then(
          () => false,
          () => true,
        );
      const deadline = performance.now() + 10_000;
      while ((warnings.length === 0 || !(await isLost())) && performance.now() < deadline)
        await sleep(20);
      const error = await failure(held(lake), "cloud");
      expect(error.line).to.include("its lease could not be renewed in time");
      expect(warnings[0]).to.include("the lease could not be renewed");
      await lake.close();
    }));

  it("is this run's also where the answer to its making or renewing was lost", () =>
    withLake(async (stub) => {
      let lost = 1;
      stub.fault = ({ what }) => (what === "insert" && lost-- > 0 ? "answer lost" : undefined);
      const lake = await opened("run-1");
      lost = 1;
      await lake.note("job-1");
      lake.expectHeld();
      expect(stub.asks("insert lock.json")).to.have.length(4);
      expect(stub.json("lock.json")["sparkJob"]).to.equal("job-1");
      await lake.note(undefined);
      await lake.close();
      expect(stub.names()).to.deep.equal([]);
    }));

  it("does not let a Spark job be forgotten that may still be at work", () =>
    withLake(async (stub, warnings) => {
      await (await opened("run-1", {}, undefined, warnings)).note("job-1");
      stub.age("lock.json", 310);
      const second = await opened("run-2", {}, undefined, warnings);
      expect(second.lease.interrupted).to.include({ runId: "run-1", sparkJob: "job-1" });
      // Killed, too, before it has ended the job.
      expect(stub.json("lock.json")).to.include({ runId: "run-2", sparkJob: "job-1" });
      await second.close();
      expect(warnings.join()).to.equal(
        "the Spark job job-1 and BigQuery jobs of run run-1 may still be at work: the next run ends that first",
      );
      // At once, for nobody holds it any more; and run 2 was not killed.
      const third = await opened("run-3");
      expect(third.lease.sparkJob).to.equal("job-1");
      expect(third.lease.interrupted).to.equal(undefined);
      await third.note(undefined);
      await third.lease.noteUnended([]);
      await third.close();
      expect(stub.names()).to.deep.equal([]);
    }));

  it("does not let runs be forgotten whose jobs in BigQuery nobody has seen ended, for a day", () =>
    withLake(async (stub) => {
      const idsOf = ({ lease }: BucketLake): string[] => lease.unended.map(({ runId }) => runId);
      const told = (runId: string, startedAt: Date) => ({
        runId,
        startedAt: startedAt.toISOString(),
      });
      await opened("run-1");
      stub.age("lock.json", 310);
      const second = await opened("run-2");
      expect(idsOf(second)).to.deep.equal(["run-1"]);
      stub.age("lock.json", 310);
      const third = await opened("run-3");
      expect(idsOf(third)).to.deep.equal(["run-1", "run-2"]);
      await third.note("job-3");
      await third.note(undefined);
      expect(stub.json("lock.json")["unended"]).to.have.length(2);
      const hour = 3600 * 1000;
      await third.lease.noteUnended([
        told("run-0", new Date(Date.now() - 25 * hour)),
        told("run-2", new Date(Date.now() - 23 * hour)),
        told("run-3", new Date()),
      ]);
      await third.close();
      const fourth = await opened("run-4");
      expect(idsOf(fourth)).to.deep.equal(["run-2", "run-3"]);
      await fourth.lease.noteUnended([]);
      await fourth.close();
      expect(stub.names()).to.deep.equal([]);
    }));

  it("is this run's also where nothing was heard of what it has written last", () =>
    withLake(async (stub) => {
      const lake = await opened("run-1");
      // It is written, and no more can be asked.
      let faults = 0;
      stub.fault = ({ name }) => {
        if (name !== "lock.json") return undefined;
        faults += 1;
        return faults === 1 ? "answer lost" : 503;
      };
      await failure(lake.note("job-1"), "cloud");
      expect(stub.json("lock.json")["sparkJob"]).to.equal("job-1");
      stub.fault = () => undefined;
      await lake.note("job-2");
      lake.expectHeld();
      expect(stub.json("lock.json")["sparkJob"]).to.equal("job-2");
      await lake.note(undefined);
      await lake.close();
      expect(stub.names()).to.deep.equal([]);
    }));

  it("that nobody can read counts by its age alone; one of a newer Marquee counts", () =>
    withLake(async (stub) => {
      stub.put("lock.json", "{ cut o");
      const error = await failure(opened("run-1"), "cloud");
      expect(error.line).to.include("in use by a run that cannot be told from its lock");
      stub.age("lock.json", 310);
      const lake = await opened("run-1");
      expect(lake.lease.interrupted).to.equal(undefined);
      await lake.close();
      stub.put("lock.json", JSON.stringify({ format: 2, run: "other" }));
      const newer = await failure(opened("run-1"), "cloud");
      expect(newer.line).to.match(/lock\.json has format 2.*Update Marquee$/);
    }));
});

describe("a bucket lake that cannot be opened", () => {
  it("says which role is asked for on which bucket", () =>
    withLake(async (stub) => {
      stub.fault = () => 403;
      const { line } = await failure(opened("run-1"), "cloud");
      expect(line).to.include(`roles/storage.objectUser on the bucket ${stub.bucket}`);
      expect(stub.asked).to.have.length(1);
    }));

  it("says how the bucket is made", () =>
    withLake(async () => {
      const { settings, names } = await cloud();
      const other = { settings, names: { ...names, lake: "nobodys" } };
      const { line } = await failure(
        BucketLake.open(other, claimOf("run-1"), { warn: () => undefined } as never, soon),
        "cloud",
      );
      expect(line).to.include("gs://nobodys is not there");
      expect(line).to.include("npm run deploy -- --env dev");
    }));

  // Without credentials the client asks all the same, and Cloud Storage answers with 401.
  it("says how to log in where nobody has", () =>
    withLake(async (stub) => {
      stub.fault = () => 401;
      const { line } = await failure(opened("run-1"), "cloud");
      expect(line).to.include("gcloud auth application-default login");
    }));

  it("is tried again for a while, and ends in one line", () =>
    withLake(async (stub) => {
      let left = 1;
      stub.fault = () => (left-- > 0 ? 503 : undefined);
      await (await opened("run-1")).close();
      stub.fault = () => 503;
      const { line } = await failure(opened("run-1"), "cloud");
      expect(line).to.include("Google Cloud does not answer");
      const port = await closedPort();
      await withVariables({ STORAGE_EMULATOR_HOST: `http://127.0.0.1:${port}` }, async () => {
        const error = await failure(opened("run-1"), "cloud");
        expect(error.line).to.include("Google Cloud does not answer");
      });
    }));
});
