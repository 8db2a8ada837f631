import { expect } from "chai";

import { MarqueeError } from "../../../errors.ts";
import { endEarlierJobs, tellOfOwnJobs } from "../../../jobs/cloud/unended.ts";
import { opened, withLake } from "../../support/cloud/bucket-lake.ts";
import { failure } from "../../support/errors.ts";
import { quietLog } from "../../support/pipeline.ts";

describe("what runs leave at work in BigQuery", () => {
  const atWork = { mayBeAtWork: true };
  const claim = (runId: string) => ({ runId, startedAt: new Date().toISOString() });
  /** A warehouse that is asked for jobs of runs, and sees the end of some. */
  const warehouseThat = (sees: (runId: string) => boolean) => {
    const asked: string[] = [];
    const endJobsOf = (runId: string): Promise<boolean> => {
      asked.push(runId);
      return Promise.resolve(sees(runId));
    };
    return { asked, endJobsOf };
  };

  it("is told to the next run, which ends it at once and forgets it", () =>
    withLake(async (stub, warnings) => {
      const first = await opened("run-1", {}, undefined, warnings);
      await tellOfOwnJobs(first.lease, atWork, claim("run-1"), quietLog());
      await first.close();
      expect(warnings.join()).to.equal(
        "BigQuery jobs of run run-1 may still be at work: the next run ends that first",
      );
      const second = await opened("run-2");
      const { asked, endJobsOf } = warehouseThat(() => true);
      await endEarlierJobs(second.lease, { endJobsOf }, []);
      expect(asked).to.deep.equal(["run-1"]);
      await second.close();
      expect(stub.names()).to.deep.equal([]);
    }));

  it("is looked for run by run, and kept where its end is not for this account to see", () =>
    withLake(async (stub) => {
      await opened("run-1");
      stub.age("lock.json", 310);
      await opened("run-2");
      stub.age("lock.json", 310);
      const third = await opened("run-3");
      const some = warehouseThat((runId) => runId === "run-1");
      await endEarlierJobs(third.lease, some, []);
      expect(some.asked).to.deep.equal(["run-1", "run-2"]);
      await third.close();
      const fourth = await opened("run-4");
      const all = warehouseThat(() => true);
      await endEarlierJobs(fourth.lease, all, []);
      expect(all.asked).to.deep.equal(["run-2"]);
      await fourth.close();
    }));

  it("stays written down where it does not end", () =>
    withLake(async (stub) => {
      await opened("run-1");
      stub.age("lock.json", 310);
      const second = await opened("run-2");
      const endJobsOf = () =>
        Promise.reject(new MarqueeError({ reason: "cloud", what: "a job does not end" }));
      await failure(endEarlierJobs(second.lease, { endJobsOf }, []), "cloud");
      await second.close();
      const third = await opened("run-3");
      expect(third.lease.unended.map(({ runId }) => runId)).to.deep.equal(["run-1"]);
      await third.lease.noteUnended([]);
      await third.close();
    }));

  it("is nothing where all was seen to its end", () =>
    withLake(async (stub) => {
      const lake = await opened("run-1");
      const { length } = stub.asked;
      await tellOfOwnJobs(lake.lease, { mayBeAtWork: false }, claim("run-1"), quietLog());
      const { asked, endJobsOf } = warehouseThat(() => true);
      await endEarlierJobs(lake.lease, { endJobsOf }, []);
      expect(asked).to.deep.equal([]);
      expect(stub.asked).to.have.length(length);
      await lake.close();
    }));

  it("is said where it cannot be written down", () =>
    withLake(async (stub) => {
      const lake = await opened("run-1");
      const log = quietLog();
      stub.fault = () => 403;
      await tellOfOwnJobs(lake.lease, atWork, claim("run-1"), log);
      expect(log.warnings.join()).to.match(
        /the next run is not told of BigQuery jobs of this one: .*Google Cloud refuses it/,
      );
    }));
});
