import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { MarqueeError } from "../../../../errors.ts";
import { BigQueryWarehouse } from "../../../../jobs/warehouse/bigquery/warehouse.ts";
import type { Table } from "../../../../sql/catalog/types.ts";
import { tableOf } from "../../../support/catalog.ts";
import {
  impatient,
  jobsAsked,
  runId,
  waitingAtMost,
  withStub,
} from "../../../support/cloud/bigquery-stub.ts";
import { failure } from "../../../support/errors.ts";
import { quietLog } from "../../../support/pipeline.ts";

describe("BigQuery where it goes silent", () => {
  let ratings: Table;
  before(async () => {
    ratings = await tableOf("staging.ratings");
  });

  const load = (warehouse: BigQueryWarehouse) =>
    warehouse.load([{ table: ratings, uris: ["gs://lake/ratings"], rows: 0 }]);
  const exchange = (warehouse: BigQueryWarehouse, uris: string[]) =>
    warehouse.exchangeMonths({ table: ratings, uris, rows: 0, months: ["2015-01"], total: 0 });

  const requests: Record<string, [RegExp, (warehouse: BigQueryWarehouse) => Promise<unknown>]> = {
    "beginning a job": [/POST .*\/jobs$/, load],
    "looking at a job": [/GET .*\/jobs\//, load],
    "counting rows": [/GET .*\/tables\//, load],
    "looking at a dataset": [
      /GET .*\/datasets\/[^/]*$/,
      (warehouse) => warehouse.preflight([ratings]),
    ],
    "making a table": [/POST .*\/tables$/, (warehouse) => exchange(warehouse, ["gs://lake/x"])],
    "dropping a table": [/DELETE /, (warehouse) => exchange(warehouse, ["gs://lake/x"])],
    "fetching rows": [/GET .*\/queries\//, (warehouse) => warehouse.query("SELECT 1")],
    "a dry run": [/POST .*\/jobs$/, (warehouse) => warehouse.dryRun("SELECT 1")],
    "pointing to files": [
      /POST .*\/tables$/,
      (warehouse) => warehouse.external([{ table: ratings, uris: ["gs://lake/x"] }]),
    ],
  };
  for (const [name, [silent, work]] of Object.entries(requests)) {
    it(`is given up when ${name} is not answered`, async () => {
      await withStub(async (stub) => {
        stub.silent = silent;
        const warehouse = waitingAtMost(stub, { requestMilliseconds: 200 });
        const { line } = await failure(work(warehouse), "cloud");
        expect(line).to.match(/Google Cloud does not answer \(no answer within 0\.2 s\)/);
      });
    });
  }

  it("is sent nothing again that was given up, whatever becomes of the connection", async () => {
    await withStub(async (stub) => {
      stub.silent = /POST .*\/jobs$/;
      stub.failNext(/POST .*\/jobs /, { status: 200, afterwards: true });
      const warehouse = waitingAtMost(stub, { requestMilliseconds: 500 });
      await failure(load(warehouse), "cloud");
      stub.speak();
      // Repeats are a millisecond apart here.
      await sleep(300);
      expect(jobsAsked(stub)).to.have.length(1);
    });
  });

  for (const [name, repeated, work] of [
    ["a job", /POST .*\/jobs$/, load],
    ["a table", /POST .*\/tables$/, (warehouse) => exchange(warehouse, ["gs://lake/x"])],
  ] as [string, RegExp, (warehouse: BigQueryWarehouse) => Promise<unknown>][]) {
    it(`is not asked again for ${name} by a run that may change nothing any more`, async () => {
      await withStub(async (stub) => {
        const times = (): number =>
          stub.requests.filter(({ method, path }) => repeated.test(`${method} ${path}`)).length;
        const guard = (): void => {
          if (times() > 1) throw new MarqueeError({ reason: "lake", what: "the lease is lost" });
        };
        const run = { id: runId, startedAt: new Date() };
        const options = { patience: impatient, guard };
        const warehouse = new BigQueryWarehouse(stub.cloud, run, quietLog(), options);
        // What is ordered is matched with the body behind the path.
        stub.failNext(new RegExp(repeated.source.replace("$", " ")), { status: 503, times: 9 });
        const { line } = await failure(work(warehouse), "lake");
        expect(line).to.include("the lease is lost");
        expect(times()).to.equal(2);
      });
    });
  }

  it("is asked again as ever, as long as it answers", async () => {
    await withStub(async (stub) => {
      const warehouse = waitingAtMost(stub, { requestMilliseconds: 2000 });
      stub.failNext(/GET .*\/tables\//, { status: 503, times: 2 });
      stub.failNext(/GET .*\/tables\//, { status: 200, afterwards: true });
      expect(await warehouse.rowCount(ratings)).to.equal(0);
      expect(stub.requests).to.have.length(4);
    });
  });

  it("is not waited for without end where a job does not end, which is named", async () => {
    await withStub(async (stub) => {
      const warehouse = waitingAtMost(stub, { jobMilliseconds: 300 });
      const loading = failure(load(warehouse), "cloud");
      const id = `marquee_dev_${runId}_load_staging_ratings_1`;
      while (!stub.jobs.has(id)) await sleep(1);
      stub.jobs.get(id)!.until = "never";
      const { line } = await loading;
      expect(line).to.include(`the BigQuery job ${id} has not ended within`);
      expect(line)
        .to.include("was cancelled, and is still RUNNING")
        .and.include(`--location=us-central1 cancel ${id}, and run again`);
      expect(stub.requests.map(({ path }) => path).join()).to.include(`/jobs/${id}/cancel`);
      const looks = stub.requests.length;
      await sleep(100);
      // One look may have been under way.
      expect(stub.requests).to.have.length.within(looks, looks + 1);
    });
  });
});
