import { expect } from "chai";

import { bigquerySchema } from "../../../../sql/catalog/bigquery-schema.ts";
import type { Table } from "../../../../sql/catalog/types.ts";
import { tableOf } from "../../../support/catalog.ts";
import { jobsAsked, nameOf, type Stub, withStub } from "../../../support/cloud/bigquery-stub.ts";
import { failure } from "../../../support/errors.ts";

type Json = Record<string, unknown>;

const staging = "ratings__20261121T120000Z_ab12";

describe("exchanging months in BigQuery", () => {
  let ratings: Table;
  before(async () => {
    ratings = await tableOf("staging.ratings");
  });

  const exchange = (rows = 5, total = 8) => ({
    table: ratings,
    months: ["2015-01", "2015-02"],
    uris: rows === 0 ? [] : ["gs://lake/a", "gs://lake/b"],
    rows,
    total,
  });
  /** Five rows come, and the table then has so many. */
  const succeeds = (stub: Stub, total = 8): void => {
    stub.outcomes.push({ statistics: { load: { outputRows: "5", inputFileBytes: "9" } } });
    stub.tables.set(nameOf(stub.cloud, { ...ratings, name: staging }), { numRows: "5" });
    Object.assign(stub.tables.get(nameOf(stub.cloud, ratings)) ?? {}, { numRows: String(total) });
  };
  const told = ({ requests }: Stub): string[] =>
    requests
      .filter(({ method }) => method !== "GET")
      .map(({ method, path }) => `${method} ${path.replace(/.*example-marquee-dev\//, "")}`);

  it("loads a table beside, and exchanges the months in one transaction with their filter", async () => {
    await withStub(async (stub) => {
      succeeds(stub);
      const loaded = await stub.warehouse.exchangeMonths(exchange());
      expect(loaded).to.deep.include({ table: ratings, rows: 5, bytes: 9 });
      expect(told(stub)).to.deep.equal([
        "POST datasets/marquee_dev_staging/tables",
        "POST jobs",
        "POST jobs",
        `DELETE datasets/marquee_dev_staging/tables/${staging}`,
      ]);
      const [load, script] = jobsAsked(stub).map(({ configuration }) => configuration as Json);
      expect(load?.["load"]).to.deep.include({
        sourceUris: ["gs://lake/a", "gs://lake/b"],
        destinationTable: {
          projectId: "example-marquee-dev",
          datasetId: "marquee_dev_staging",
          tableId: staging,
        },
      });
      const name = "`example-marquee-dev.marquee_dev_staging.ratings`";
      const other = `\`example-marquee-dev.marquee_dev_staging.${staging}\``;
      const filter = "rated_month IN (DATE '2015-01-01', DATE '2015-02-01')";
      const columns = "`user_id`, `movie_id`, `rating`, `rated_at`";
      expect((script?.["query"] as Json)["query"]).to.equal(
        [
          "BEGIN TRANSACTION;",
          `DELETE FROM ${name} WHERE ${filter};`,
          `INSERT INTO ${name} (${columns}, \`rated_month\`) SELECT ${columns}, IF(${filter}, rated_month, ERROR('a row of another month')) FROM ${other};`,
          "COMMIT TRANSACTION;",
        ].join("\n"),
      );
      expect(script?.["query"]).to.include({
        useLegacySql: false,
        maximumBytesBilled: String(10 * 1024 ** 3),
      });
      expect(script?.["labels"]).to.include({ step: "exchange" });
    });
  });

  it("lets a table that could not be dropped expire within a day", async () => {
    await withStub(async (stub) => {
      succeeds(stub);
      stub.tables.delete(nameOf(stub.cloud, { ...ratings, name: staging }));
      const before = Date.now();
      // The stub has no rows in what it has just made: that is found.
      const { line } = await failure(stub.warehouse.exchangeMonths(exchange()), "cloud");
      expect(line).to.match(/ratings__.* has 0 rows in BigQuery, the engine counts 5/);
      const { body } = stub.requests.find(({ method }) => method === "POST")!;
      expect(body["schema"]).to.deep.equal({ fields: bigquerySchema(ratings) });
      const day = 24 * 60 * 60 * 1000;
      expect(Number(body["expirationTime"])).to.be.within(before + day, Date.now() + day);
      expect(told(stub).at(-1)).to.match(/^DELETE/);
    });
  });

  it("drops the table beside also where the exchange fails, and says what failed", async () => {
    await withStub(async (stub) => {
      succeeds(stub);
      stub.outcomes.push({ reason: "invalidQuery", message: "a row of another month" });
      const { line } = await failure(stub.warehouse.exchangeMonths(exchange()), "cloud");
      expect(line).to.match(/exchange of staging.ratings failed: a row of another month/);
      expect(told(stub).at(-1)).to.match(/^DELETE/);
    });
  });

  it("only deletes where no rows come in the place of others", async () => {
    await withStub(async (stub) => {
      Object.assign(stub.tables.get(nameOf(stub.cloud, ratings)) ?? {}, { numRows: "3" });
      await stub.warehouse.exchangeMonths(exchange(0, 3));
      expect(told(stub)).to.deep.equal(["POST jobs"]);
      const [{ configuration } = {}] = jobsAsked(stub);
      expect(JSON.stringify(configuration)).not.to.include("INSERT");
    });
  });

  it("finds a table that has other rows afterwards than the engine counts", async () => {
    await withStub(async (stub) => {
      succeeds(stub, 9);
      const { line } = await failure(stub.warehouse.exchangeMonths(exchange()), "cloud");
      expect(line).to.match(/staging.ratings has 9 rows in BigQuery, the engine counts 8/);
    });
  });

  describe("beyond what a query may scan", () => {
    const gibibyte = 1024 ** 3;
    /** What the months hold by a dry run, and how large a row is. */
    const holds = (stub: Stub, bytes: number, { rows, each }: { rows: number; each: number }) => {
      stub.outcomes.push({ statistics: { totalBytesProcessed: String(bytes) } });
      const told = { numRows: String(rows), numBytes: String(rows * each) };
      Object.assign(stub.tables.get(nameOf(stub.cloud, ratings)) ?? {}, told);
    };

    it("says so beforehand: by what the months hold, and by the rows that come", async () => {
      await withStub(async (stub) => {
        const fits = (bytes: number, rows: number): Promise<boolean> => {
          holds(stub, bytes, { rows: 1000, each: 64 });
          return stub.warehouse.exchangeFits({ ...exchange(), rows });
        };
        expect(await fits(10 * gibibyte, 0)).to.equal(true);
        expect(await fits(10 * gibibyte + 1, 0)).to.equal(false);
        // Four GiB of rows that come, 64 bytes each.
        expect(await fits(6 * gibibyte, (4 * gibibyte) / 64)).to.equal(true);
        expect(await fits(6 * gibibyte, (4 * gibibyte) / 64 + 1)).to.equal(false);
        const [{ configuration } = {}] = jobsAsked(stub);
        expect(configuration).to.deep.include({
          dryRun: true,
          query: {
            query:
              "SELECT `user_id`, `movie_id`, `rating`, `rated_at`, `rated_month` FROM `example-marquee-dev.marquee_dev_staging.ratings` WHERE rated_month IN (DATE '2015-01-01', DATE '2015-02-01')",
            useLegacySql: false,
          },
        });
        const changes = stub.requests.filter(
          ({ body }) => !JSON.stringify(body).includes("dryRun"),
        );
        expect(changes.map(({ method }) => method)).to.not.include("POST");
      });
    });

    it("asks for nothing where no months are touched, nor of a table without rows what a row has", async () => {
      await withStub(async (stub) => {
        expect(await stub.warehouse.exchangeFits({ ...exchange(), months: [] })).to.equal(true);
        expect(stub.requests).to.deep.equal([]);
        holds(stub, 0, { rows: 0, each: 64 });
        expect(await stub.warehouse.exchangeFits(exchange())).to.equal(true);
      });
    });

    it("leaves the months as they are where BigQuery refuses it, and drops the table beside", async () => {
      await withStub(async (stub) => {
        succeeds(stub, 3);
        const message = "Query exceeded limit for bytes billed: 10737418240";
        stub.outcomes.push({ reason: "bytesBilledLimitExceeded", message });
        expect(await stub.warehouse.exchangeMonths(exchange())).to.equal(undefined);
        expect(told(stub).at(-1)).to.match(/^DELETE/);
      });
      await withStub(async (stub) => {
        succeeds(stub, 3);
        stub.failNext(/BEGIN TRANSACTION/, { status: 400, reason: "bytesBilledLimitExceeded" });
        expect(await stub.warehouse.exchangeMonths(exchange())).to.equal(undefined);
      });
    });
  });

  it("takes no table that is not partitioned by months", async () => {
    const movies = await tableOf("core.movies");
    await withStub(async ({ warehouse }) => {
      const wrong = { table: movies, months: ["2015-01"], uris: [], rows: 0, total: 0 };
      const error = await warehouse.exchangeMonths(wrong).catch(String);
      expect(error).to.match(/core.movies is not partitioned by months/);
    });
  });
});
