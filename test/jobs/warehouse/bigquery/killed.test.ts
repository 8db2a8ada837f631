import { expect } from "chai";

import { BigQueryWarehouse } from "../../../../jobs/warehouse/bigquery/warehouse.ts";
import type { Table } from "../../../../sql/catalog/types.ts";
import { tableOf } from "../../../support/catalog.ts";
import {
  impatient,
  runId,
  type Stub,
  waitingAtMost,
  withStub,
} from "../../../support/cloud/bigquery-stub.ts";
import { failure } from "../../../support/errors.ts";
import { quietLog } from "../../../support/pipeline.ts";

const killed = "20261121T110000Z-dead";

describe("jobs that a killed run has left in BigQuery", () => {
  let ratings: Table;
  let movies: Table;
  before(async () => {
    ratings = await tableOf("staging.ratings");
    movies = await tableOf("core.movies");
  });

  const nameIn = (run: string, work: string): string => `marquee_dev_${run}_${work}`;
  const left = (stub: Stub, work: string, until?: "cancelled" | "never", run = killed): void => {
    const jobReference = { jobId: nameIn(run, work), location: "us-central1" };
    stub.jobs.set(jobReference.jobId, {
      jobReference,
      status: { state: "DONE" },
      polls: 1,
      ...(until === undefined ? {} : { until }),
    });
  };
  const cancelled = ({ requests }: Stub): string[] =>
    requests.flatMap(({ path }) => /\/jobs\/(.*)\/cancel$/.exec(path)?.[1] ?? []).sort();
  const running = ({ jobs }: Stub): string[] =>
    [...jobs].flatMap(([id, { until }]) => (until === undefined ? [] : [id]));

  it("are ended, whatever they change and whichever attempt they are, and that is said", async () => {
    await withStub(async (stub) => {
      const { cloud } = stub;
      left(stub, "load_staging_ratings_1");
      left(stub, "load_staging_ratings_2", "cancelled");
      left(stub, "stage_staging_ratings_1", "cancelled");
      left(stub, "exchange_core_movies_1", "cancelled");
      const log = quietLog();
      const run = { id: runId, startedAt: new Date() };
      const warehouse = new BigQueryWarehouse(cloud, run, log, { patience: impatient });
      expect(await warehouse.endJobsOf(killed, [ratings, movies])).to.equal(true);
      const ended = [
        nameIn(killed, "exchange_core_movies_1"),
        nameIn(killed, "load_staging_ratings_2"),
        nameIn(killed, "stage_staging_ratings_1"),
      ];
      expect(cancelled(stub)).to.deep.equal(ended);
      expect(running(stub)).to.deep.equal([]);
      expect([...log.warnings].sort()).to.deep.equal(
        ended.map((id) => `run ${killed} has left its BigQuery job ${id} at work: it is ended`),
      );
      // Elsewhere than in the US a job is only found where it is.
      const looks = stub.requests.filter(({ path }) => path.includes("/jobs/"));
      for (const { query } of looks) expect(query).to.include({ location: "us-central1" });
    });
  });

  it("are found behind an attempt that was refused", async () => {
    await withStub(async (stub) => {
      left(stub, "load_staging_ratings_2", "cancelled");
      await stub.warehouse.endJobsOf(killed, [ratings]);
      expect(cancelled(stub)).to.deep.equal([nameIn(killed, "load_staging_ratings_2")]);
    });
  });

  it("are no others than its own", async () => {
    await withStub(async (stub) => {
      left(stub, "load_staging_ratings_1", "never", runId);
      left(stub, "load_staging_ratings_1", "never", `${killed}x`);
      await stub.warehouse.endJobsOf(killed, [ratings]);
      expect(cancelled(stub)).to.deep.equal([]);
    });
  });

  it("may end by themselves before they are cancelled", async () => {
    await withStub(async (stub) => {
      left(stub, "load_staging_ratings_1", "cancelled");
      const [id] = running(stub);
      stub.failNext(/cancel/, { status: 400, reason: "invalid" });
      setTimeout(() => delete stub.jobs.get(id ?? "")?.until, 20);
      await stub.warehouse.endJobsOf(killed, [ratings]);
    });
  });

  it("forbid the run where they do not end, with what ends them", async () => {
    await withStub(async (stub) => {
      left(stub, "load_staging_ratings_1", "never");
      const warehouse = waitingAtMost(stub, { cancelMilliseconds: 2000, pollMilliseconds: 50 });
      const { line } = await failure(warehouse.endJobsOf(killed, [ratings]), "cloud");
      const id = nameIn(killed, "load_staging_ratings_1");
      expect(line).to.include(`the BigQuery job ${id} that run ${killed} has left at work`);
      expect(line)
        .to.include("is still RUNNING")
        .and.include(`--location=us-central1 cancel ${id}, and run again`);
    });
  });

  it("are said to be ended only once they are, and why they are not where that is refused", async () => {
    await withStub(async (stub) => {
      const { cloud } = stub;
      left(stub, "load_staging_ratings_1", "never");
      stub.failNext(/cancel/, { status: 403, message: "you may not", times: 9999 });
      const log = quietLog();
      const run = { id: runId, startedAt: new Date() };
      // The refusal and a look must have come by then, on a slow machine too.
      const patience = { ...impatient, cancelMilliseconds: 3000, pollMilliseconds: 50 };
      const warehouse = new BigQueryWarehouse(cloud, run, log, { patience });
      const { line } = await failure(warehouse.endJobsOf(killed, [ratings]), "cloud");
      expect(line).to.include("could not be cancelled (you may not) and is still RUNNING");
      expect(log.warnings).to.deep.equal([]);
    });
  });

  it("do not forbid it where another account began them, which is said once", async () => {
    await withStub(async (stub) => {
      const { cloud } = stub;
      stub.failNext(/GET .*\/jobs\//, { status: 403, reason: "accessDenied", times: 6 });
      const log = quietLog();
      const run = { id: runId, startedAt: new Date() };
      const warehouse = new BigQueryWarehouse(cloud, run, log, { patience: impatient });
      expect(await warehouse.endJobsOf(killed, [ratings, movies])).to.equal(false);
      expect(log.warnings).to.have.length(1);
      expect(log.warnings[0]).to.match(/not for this account to see/);
    });
  });
});
