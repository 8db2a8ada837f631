import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { bigquerySchema } from "../../../../sql/catalog/bigquery-schema.ts";
import type { Table } from "../../../../sql/catalog/types.ts";
import { tableOf } from "../../../support/catalog.ts";
import {
  jobsAsked,
  nameOf,
  runId,
  type Stub,
  withStub,
} from "../../../support/cloud/bigquery-stub.ts";
import { failure } from "../../../support/errors.ts";

type Json = Record<string, unknown>;

describe("loading tables into BigQuery", () => {
  let movies: Table;
  let ratings: Table;
  before(async () => {
    movies = await tableOf("core.movies");
    ratings = await tableOf("staging.ratings");
  });

  /** What a table is loaded from, and how BigQuery takes it. */
  const load = (table: Table, rows = 3) => ({ table, uris: [`gs://lake/${table.id}`], rows });
  const succeeds = (stub: Stub, table: Table, output = 3, counted = output): void => {
    stub.outcomes.push({
      statistics: { load: { outputRows: String(output), inputFileBytes: "77" } },
    });
    Object.assign(stub.tables.get(nameOf(stub.cloud, table)) ?? {}, { numRows: String(counted) });
  };
  const inserts = (stub: Stub): string[] =>
    jobsAsked(stub).map(({ jobReference }) => String((jobReference as Json)["jobId"]));

  it("asks for what leaves the table as it was made, whole", async () => {
    await withStub(async (stub) => {
      succeeds(stub, ratings);
      const [loaded] = await stub.warehouse.load([load(ratings)]);
      expect(loaded).to.deep.include({ table: ratings, rows: 3, bytes: 77 });
      expect(jobsAsked(stub)).to.deep.equal([
        {
          jobReference: {
            projectId: "example-marquee-dev",
            jobId: `marquee_dev_${runId}_load_staging_ratings_1`,
            location: "us-central1",
          },
          configuration: {
            labels: {
              owner: "film-data",
              platform: "marquee",
              environment: "dev",
              component: "warehouse",
              managed_by: "pipeline",
              run_id: "20261121t120000z-ab12",
              step: "load",
            },
            load: {
              sourceUris: ["gs://lake/staging.ratings"],
              sourceFormat: "PARQUET",
              destinationTable: {
                projectId: "example-marquee-dev",
                datasetId: "marquee_dev_staging",
                tableId: "ratings",
              },
              schema: { fields: bigquerySchema(ratings) },
              createDisposition: "CREATE_NEVER",
              writeDisposition: "WRITE_TRUNCATE_DATA",
            },
          },
        },
      ]);
      const looks = stub.requests.filter(({ path }) => /\/jobs\/./.test(path));
      expect(looks).to.have.length.above(0);
      for (const { query } of looks) expect(query).to.include({ location: "us-central1" });
    });
  });

  it("tells of each table before it is loaded, layer by layer, and heeds who forbids it", async () => {
    await withStub(async (stub) => {
      succeeds(stub, ratings);
      succeeds(stub, movies);
      const told: string[] = [];
      const tick = async (what: string): Promise<void> => {
        await sleep(1);
        if (told.push(what) > 2) throw new Error("the lease is lost");
      };
      await stub.warehouse.load([load(movies), load(ratings)], tick);
      expect(told).to.deep.equal(["staging.ratings", "core.movies"]);
      const refused = stub.warehouse.load([load(movies)], tick);
      expect(await refused.catch(String)).to.equal("Error: the lease is lost");
      expect(inserts(stub)).to.have.length(2);
    });
  });

  it("goes on with the job that is there where its answer was lost", async () => {
    await withStub(async (stub) => {
      succeeds(stub, movies);
      stub.failNext(/^POST .*\/jobs /, { status: 200, afterwards: true });
      await stub.warehouse.load([load(movies)]);
      const [first, second] = inserts(stub);
      expect(inserts(stub)).to.have.length(2);
      expect(second).to.equal(first);
    });
  });

  it("loads under another name what is loaded again", async () => {
    await withStub(async (stub) => {
      for (let times = 0; times < 2; times += 1) {
        succeeds(stub, movies);
        await stub.warehouse.load([load(movies)]);
      }
      expect(inserts(stub)).to.deep.equal(
        [1, 2].map((attempt) => `marquee_dev_${runId}_load_core_movies_${attempt}`),
      );
    });
  });

  it("takes no job for its own that does something else", async () => {
    await withStub(async (stub) => {
      const id = `marquee_dev_${runId}_load_core_movies_1`;
      const where = `${stub.origin}/bigquery/v2/projects/example-marquee-dev/jobs`;
      const other = { jobReference: { jobId: id }, configuration: { load: { sourceUris: [] } } };
      await fetch(where, { method: "POST", body: JSON.stringify(other) });
      succeeds(stub, movies);
      await stub.warehouse.load([load(movies)]);
      expect(
        inserts(stub)
          .slice(1)
          .map((name) => name.at(-1)),
      ).to.deep.equal(["1", "2"]);
    });
  });

  it("begins a job anew that failed for what passes, and waits while nobody answers", async () => {
    await withStub(async (stub) => {
      stub.outcomes.push({ reason: "backendError", message: "try again" });
      stub.outcomes.push({ reason: "rateLimitExceeded", message: "slowly" });
      succeeds(stub, movies);
      stub.failNext(/^(POST|GET) .*\/jobs/, { status: 503, times: 3 });
      await stub.warehouse.load([load(movies)]);
      expect([...new Set(inserts(stub))].map((name) => name.at(-1))).to.deep.equal(["1", "2", "3"]);
    });
  });

  it("gives up after three jobs, and where nobody ever answers", async () => {
    await withStub(async (stub) => {
      for (let times = 0; times < 9; times += 1) {
        stub.outcomes.push({ reason: "internalError", message: "it is ill" });
      }
      const ill = await failure(stub.warehouse.load([load(movies)]), "cloud");
      expect(ill.line).to.match(
        /loading core.movies into .*: it is ill \(internalError, job .*_3\)/,
      );
      expect(inserts(stub)).to.have.length(3);
      stub.failNext(/./, { status: 503, times: 99 });
      const silent = await failure(stub.warehouse.load([load(movies)]), "cloud");
      expect(silent.line).to.match(/core\.movies.*Google Cloud does not answer.*run again/);
    });
  });

  it("does not begin anew what would fail again, and names table, reason and job", async () => {
    await withStub(async (stub) => {
      const message = "Error while reading data: column rating is a STRING";
      stub.outcomes.push({ reason: "invalid", message });
      const { line } = await failure(stub.warehouse.load([load(movies)]), "cloud");
      expect(line).to.equal(
        `loading core.movies into marquee_dev_core.movies failed: ${message} (invalid, job marquee_dev_${runId}_load_core_movies_1). The table is as it was; look at the job in the console, and run again`,
      );
      expect(inserts(stub)).to.have.length(1);
    });
  });

  for (const [reason, message, expected] of [
    ["quotaExceeded", "Quota exceeded: imports per table", /a quota of the project .* is used up/],
    ["accessDenied", "Access Denied: bucket", /refuses it.*WRITER on the dataset marquee_dev_core/],
    [
      "notFound",
      "Not found: Table x",
      /the table .*core.movies is not there\. Make it with npm run deploy/,
    ],
    ["notFound", "Not found: URI gs://lake/a", /failed: Not found: URI gs:\/\/lake\/a/],
  ] as const) {
    it(`says in one line what to do about ${message}`, async () => {
      await withStub(async (stub) => {
        stub.outcomes.push({ reason, message });
        const { line } = await failure(stub.warehouse.load([load(movies)]), "cloud");
        expect(line).to.match(expected);
        expect(line).to.include("core.movies");
      });
    });
  }

  it("finds a table whose rows are not those of the engine, whoever counted wrong", async () => {
    await withStub(async (stub) => {
      succeeds(stub, movies, 3, 2);
      const { line } = await failure(stub.warehouse.load([load(movies)]), "cloud");
      expect(line).to.match(
        /core.movies has 2 rows in BigQuery, the engine counts 3, its load job wrote 3/,
      );
      succeeds(stub, movies, 4, 3);
      const other = await failure(stub.warehouse.load([load(movies)]), "cloud");
      expect(other.line).to.match(/has 3 rows .* engine counts 3, its load job wrote 4/);
      succeeds(stub, movies, 4);
      const both = await failure(stub.warehouse.load([load(movies)]), "cloud");
      expect(both.line).to.match(/has 4 rows .* engine counts 3, its load job wrote 4/);
    });
  });

  it("ends all loads of a layer before it fails", async () => {
    await withStub(async (stub) => {
      const links = await tableOf("staging.links");
      stub.outcomes.push({ reason: "invalid", message: "broken" });
      succeeds(stub, links);
      await failure(stub.warehouse.load([load(ratings), load(links), load(movies)]), "cloud");
      expect(inserts(stub).map((id) => id.replace(/.*_load_/, ""))).to.deep.equal([
        "staging_ratings_1",
        "staging_links_1",
      ]);
      const last = stub.requests.at(-1);
      expect(last?.path).to.match(/tables\/links$/);
    });
  });
});
