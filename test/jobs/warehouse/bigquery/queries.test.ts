import { expect } from "chai";

import { byteCap } from "../../../../jobs/warehouse/bigquery/queries.ts";
import { BigQueryWarehouse } from "../../../../jobs/warehouse/bigquery/warehouse.ts";
import { tableOf } from "../../../support/catalog.ts";
import { jobsAsked, nameOf, runId, withStub } from "../../../support/cloud/bigquery-stub.ts";
import { failure } from "../../../support/errors.ts";
import { quietLog } from "../../../support/pipeline.ts";

type Json = Record<string, unknown>;

describe("asking BigQuery", () => {
  it("bounds what a query may scan, and says whose it is and where it runs", async () => {
    await withStub(async (stub) => {
      await stub.warehouse.query("SELECT 1", "prove");
      const [job] = jobsAsked(stub) as [Json];
      expect(job["jobReference"]).to.include({
        jobId: `marquee_dev_${runId}_prove_1`,
        location: "us-central1",
      });
      const { query, labels } = job["configuration"] as Json;
      expect(query).to.deep.equal({
        query: "SELECT 1",
        useLegacySql: false,
        maximumBytesBilled: "10737418240",
      });
      expect(labels).to.include({ step: "prove", run_id: "20261121t120000z-ab12" });
      const results = stub.requests.filter(({ path }) => path.includes("/queries/"));
      for (const { query: asked } of results) expect(asked).to.include({ location: "us-central1" });
      expect(results).to.have.length(1);
    });
  });

  it("does not let one query use more than a day's allowance", async () => {
    await withStub(({ cloud }) => {
      const settings = { ...cloud.settings, dailyQueryGibibytes: 2 };
      const cap = byteCap({ cloud: { ...cloud, settings } });
      expect(cap).to.equal(String(2 * 1024 ** 3));
      return Promise.resolve();
    });
  });

  it("gives numbers, and bigints where numbers would not be exact", async () => {
    await withStub(async (stub) => {
      const fields = [
        { name: "small", type: "INTEGER" },
        { name: "big", type: "INTEGER" },
        { name: "nothing", type: "INTEGER" },
        { name: "half", type: "FLOAT" },
      ];
      const cells = ["7", "9007199254740993", null, "0.5"].map((v) => ({ v }));
      stub.answer = { jobComplete: true, schema: { fields }, rows: [{ f: cells }] };
      const rows = await stub.warehouse.query("SELECT 1");
      expect(rows).to.deep.equal([{ small: 7, big: 9007199254740993n, nothing: null, half: 0.5 }]);
    });
  });

  it("tells how much a query would scan without running it, nor bounding it", async () => {
    await withStub(async (stub) => {
      stub.outcomes.push({ statistics: { totalBytesProcessed: "123456789012" } });
      expect(await stub.warehouse.dryRun("SELECT 1")).to.equal(123456789012);
      const [job] = jobsAsked(stub) as [Json];
      expect(job["configuration"]).to.deep.include({
        dryRun: true,
        query: { query: "SELECT 1", useLegacySql: false },
      });
      expect(job["jobReference"]).to.include({ location: "us-central1" });
      expect(stub.requests).to.have.length(1);
    });
  });

  it("says in one line that a query would scan too much, or is wrong", async () => {
    await withStub(async (stub) => {
      const message = "Query exceeded limit for bytes billed: 10737418240";
      stub.outcomes.push({ reason: "bytesBilledLimitExceeded", message });
      const much = await failure(stub.warehouse.query("SELECT 1", "prove"), "cloud");
      expect(much.line).to.equal(
        `the query for prove would scan more than the cap of 10 GiB: ${message}. Ask for fewer columns or months`,
      );
      stub.outcomes.push({ reason: "invalidQuery", message: "Syntax error at [1:1]" });
      const wrong = await failure(stub.warehouse.query("SELEKT", "prove"), "cloud");
      expect(wrong.line).to.match(/the query for prove failed: Syntax error at \[1:1\]/);
      stub.failNext(/jobs/, { status: 400, reason: "invalidQuery", message: "Unrecognized name" });
      const refused = await failure(stub.warehouse.dryRun("SELECT x"), "cloud");
      expect(refused.line).to.match(/Unrecognized name/);
    });
  });

  it("names the cap that there is", async () => {
    await withStub(async ({ cloud, outcomes }) => {
      const settings = { ...cloud.settings, dailyQueryGibibytes: 2 };
      const run = { id: runId, startedAt: new Date() };
      const tight = new BigQueryWarehouse({ ...cloud, settings }, run, quietLog());
      outcomes.push({ reason: "bytesBilledLimitExceeded", message: "too much" });
      const { line } = await failure(tight.query("SELECT 1"), "cloud");
      expect(line).to.match(/would scan more than the cap of 2 GiB: too much/);
    });
  });

  it("counts rows by what is known of a table, without a job", async () => {
    await withStub(async (stub) => {
      const movies = await tableOf("core.movies");
      Object.assign(stub.tables.get(nameOf(stub.cloud, movies)) ?? {}, { numRows: "26024289" });
      expect(await stub.warehouse.rowCount(movies)).to.equal(26024289);
      expect(jobsAsked(stub)).to.deep.equal([]);
    });
  });

  it("carries the filter of partitions where one is required, and lets all rows through", async () => {
    await withStub(async ({ warehouse }) => {
      const ratings = await tableOf("staging.ratings");
      expect(warehouse.everyRowOf(ratings)).to.equal(
        "`example-marquee-dev.marquee_dev_staging.ratings` WHERE rated_month >= DATE '0001-01-01'",
      );
      const columns = ratings.columns.map((column) => ({ ...column, required: false }));
      expect(warehouse.everyRowOf({ ...ratings, columns })).to.match(
        /WHERE \(rated_month >= DATE '0001-01-01' OR rated_month IS NULL\)$/,
      );
      const runs = await tableOf("ops.runs");
      expect(warehouse.everyRowOf(runs)).to.match(
        /`example-marquee-dev.marquee_dev_ops.runs` WHERE TRUE$/,
      );
    });
  });
});
