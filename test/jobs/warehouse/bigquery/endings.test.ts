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

const id = `marquee_dev_${runId}_load_staging_ratings_1`;
const begin = /^POST .*\/jobs /;
const look = /^GET .*\/jobs\//;
const cancel = /^POST .*\/cancel /;
const broken = { status: 400, reason: "invalid", message: "it is ill" };

describe("a BigQuery job that a run waits for no longer", () => {
  let ratings: Table;
  before(async () => {
    ratings = await tableOf("staging.ratings");
  });

  const load = (warehouse: BigQueryWarehouse) =>
    warehouse.load([{ table: ratings, uris: ["gs://lake/ratings"], rows: 0 }]);
  const cancels = ({ requests }: Stub): number =>
    requests.filter(({ path }) => path.endsWith(`/jobs/${id}/cancel`)).length;
  /** Loads while the job goes on until it is cancelled, or for ever. */
  const loadOf = async (
    stub: Stub,
    warehouse: BigQueryWarehouse,
    until: "cancelled" | "never",
  ): Promise<string> => {
    const loading = failure(load(warehouse), "cloud");
    while (!stub.jobs.has(id)) await new Promise((resolve) => setTimeout(resolve, 1));
    stub.jobs.get(id)!.until = until;
    return (await loading).line;
  };

  it("is cancelled and seen to its end, which is said", async () => {
    await withStub(async (stub) => {
      const warehouse = waitingAtMost(stub, { jobMilliseconds: 300 });
      const line = await loadOf(stub, warehouse, "cancelled");
      expect(line)
        .to.match(/has not ended within/)
        .and.include(`${id} was cancelled and has ended`);
      expect(line).not.to.include("bq ");
      expect(cancels(stub)).to.equal(1);
      expect(warehouse.mayBeAtWork).to.equal(false);
    });
  });

  it("may still be at work where its cancel is refused, which is said with why", async () => {
    await withStub(async (stub) => {
      stub.failNext(cancel, { status: 403, message: "you may not", times: 9999 });
      // The refusal must have come by then, on a slow machine too.
      const cancelling = { cancelMilliseconds: 3000, pollMilliseconds: 50 };
      const warehouse = waitingAtMost(stub, { jobMilliseconds: 300, ...cancelling });
      const line = await loadOf(stub, warehouse, "never");
      expect(line).to.include(`${id} could not be cancelled (you may not)`);
      expect(line).to.include("may still be at work").and.include(`cancel ${id}, and run again`);
      expect(warehouse.mayBeAtWork).to.equal(true);
    });
  });

  it("is cancelled again where the first cancel failed", async () => {
    await withStub(async (stub) => {
      stub.failNext(cancel, { status: 503, times: impatient.requests.maxRetries + 1 });
      const warehouse = waitingAtMost(stub, { jobMilliseconds: 300 });
      const line = await loadOf(stub, warehouse, "cancelled");
      expect(line).to.include("was cancelled and has ended");
      expect(warehouse.mayBeAtWork).to.equal(false);
    });
  });

  it("is not waited for beyond its time where nobody answers", async () => {
    await withStub(async (stub) => {
      stub.silent = /\/cancel$/;
      const warehouse = waitingAtMost(stub, { jobMilliseconds: 300, cancelMilliseconds: 200 });
      const start = performance.now();
      const line = await loadOf(stub, warehouse, "never");
      // It takes about half a second; a request of its own would have thirty.
      expect(performance.now() - start).to.be.below(15_000);
      expect(line).to.include("could not be cancelled (no answer within 0.2 s)");
      expect(warehouse.mayBeAtWork).to.equal(true);
    });
  });

  it("is cancelled after a look that failed", async () => {
    await withStub(async (stub) => {
      stub.failNext(look, broken);
      const { line } = await failure(load(stub.warehouse), "cloud");
      expect(line).to.match(/loading staging\.ratings into .*: it is ill; its job/);
      expect(line).to.include("was cancelled and has ended");
      expect(cancels(stub)).to.equal(1);
      expect(stub.warehouse.mayBeAtWork).to.equal(false);
    });
  });

  it("is cancelled where it is there already and cannot be looked at", async () => {
    await withStub(async (stub) => {
      stub.failNext(begin, { status: 200, afterwards: true });
      stub.failNext(look, broken);
      const { line } = await failure(load(stub.warehouse), "cloud");
      expect(line).to.include("it is ill").and.include("was cancelled and has ended");
      expect(cancels(stub)).to.equal(1);
      expect(stub.warehouse.mayBeAtWork).to.equal(false);
    });
  });

  it("may still begin where it is not known whether it has", async () => {
    await withStub(async (stub) => {
      stub.silent = /POST .*\/jobs$/;
      const warehouse = waitingAtMost(stub, { requestMilliseconds: 200 });
      const { line } = await failure(load(warehouse), "cloud");
      expect(cancels(stub)).to.equal(1);
      expect(line).to.include("Google Cloud does not answer (no answer within 0.2 s)");
      expect(line).to.include(`${id} is not there, and may still begin`);
      expect(line).to.include(`cancel ${id}, and run again`);
      expect(warehouse.mayBeAtWork).to.equal(true);
    });
  });

  it("has ended where it was begun unheard and is seen to end", async () => {
    await withStub(async (stub) => {
      const lost = { status: 200, afterwards: true };
      stub.failNext(begin, { ...lost, times: 1 });
      stub.failNext(begin, { status: 503, times: impatient.requests.maxRetries });
      const { line } = await failure(load(stub.warehouse), "cloud");
      expect(line).to.include("was cancelled and has ended. Run again later");
      expect(stub.warehouse.mayBeAtWork).to.equal(false);
    });
  });

  it("counts as at work from the moment on that it is asked for", async () => {
    await withStub(async (stub) => {
      expect(stub.warehouse.mayBeAtWork).to.equal(false);
      const loading = load(stub.warehouse);
      while (stub.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      expect(stub.warehouse.mayBeAtWork).to.equal(true);
      await loading;
      expect(stub.warehouse.mayBeAtWork).to.equal(false);
    });
  });

  it("does not count where it failed, was refused or only reads", async () => {
    await withStub(async (stub) => {
      stub.outcomes.push({ reason: "invalid", message: "broken" });
      await failure(load(stub.warehouse), "cloud");
      stub.failNext(begin, broken);
      await failure(load(stub.warehouse), "cloud");
      expect(cancels(stub)).to.equal(0);
      stub.silent = /POST .*\/jobs$/;
      const reader = waitingAtMost(stub, { requestMilliseconds: 200 });
      await failure(reader.query("SELECT 1"), "cloud");
      expect([stub.warehouse, reader].map(({ mayBeAtWork }) => mayBeAtWork)).to.deep.equal([
        false,
        false,
      ]);
    });
  });
});
