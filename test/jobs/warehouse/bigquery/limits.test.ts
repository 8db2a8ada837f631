import { expect } from "chai";

import type { Patience } from "../../../../jobs/warehouse/bigquery/client.ts";
import { BigQueryWarehouse } from "../../../../jobs/warehouse/bigquery/warehouse.ts";
import type { Table } from "../../../../sql/catalog/types.ts";
import { tableOf } from "../../../support/catalog.ts";
import { impatient, runId, type Stub, withStub } from "../../../support/cloud/bigquery-stub.ts";
import { failure } from "../../../support/errors.ts";
import { quietLog } from "../../../support/pipeline.ts";

describe("BigQuery where it goes silent", function () {
  this.timeout(10_000);

  let ratings: Table;
  before(async () => {
    ratings = await tableOf("staging.ratings");
  });

  const waitingAtMost = ({ cloud }: Stub, limits: Partial<Patience>): BigQueryWarehouse => {
    const run = { id: runId, startedAt: new Date() };
    return new BigQueryWarehouse(cloud, run, quietLog(), { patience: { ...impatient, ...limits } });
  };
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
      while (!stub.jobs.has(id)) await new Promise((resolve) => setTimeout(resolve, 1));
      stub.jobs.get(id)!.until = "never";
      const { line } = await loading;
      expect(line).to.include(`the BigQuery job ${id} has not ended within`);
      expect(line)
        .to.include("it goes on there")
        .and.include(`--location=us-central1 cancel ${id}, and run again`);
      const looks = stub.requests.length;
      await new Promise((resolve) => setTimeout(resolve, 100));
      // One look may have been under way.
      expect(stub.requests).to.have.length.within(looks, looks + 1);
    });
  });
});
