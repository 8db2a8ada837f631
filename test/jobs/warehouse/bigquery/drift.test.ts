import { expect } from "chai";

import type { Table } from "../../../../sql/catalog/types.ts";
import { connect } from "../../../../jobs/warehouse/bigquery/client.ts";
import { driftOf, expectDeclaredTables } from "../../../../jobs/warehouse/bigquery/drift.ts";
import { catalog, tableOf } from "../../../support/catalog.ts";
import { impatient, nameOf, type Stub, withStub } from "../../../support/cloud/bigquery-stub.ts";
import { tableBody } from "../../../support/cloud/environment.ts";
import { failure } from "../../../support/errors.ts";
import { withFolder } from "../../../support/folder.ts";
import { setVariables } from "../../../support/variables.ts";

type Json = Record<string, unknown>;

const deploy = "npm run deploy -- --env dev";

describe("what BigQuery must hold before anything is loaded", () => {
  let ratings: Table;
  before(async () => {
    ratings = await tableOf("staging.ratings");
  });

  /** What a preflight says where the stub was changed before. */
  const refusal = async (change: (stub: Stub) => void): Promise<string> => {
    let line = "";
    await withStub(async (stub) => {
      change(stub);
      const { tables } = await catalog();
      line = (await failure(stub.warehouse.preflight(tables), "cloud")).line;
    });
    return line;
  };

  it("is content with tables as they are declared, and only reads", async () => {
    await withStub(async (stub) => {
      const { tables } = await catalog();
      await stub.warehouse.preflight(tables);
      expect(stub.requests).to.have.length(tables.length + 4);
      expect(new Set(stub.requests.map(({ method }) => method))).to.deep.equal(new Set(["GET"]));
    });
  });

  it("takes both names of a type for one, and old tables' own place of the filter", () => {
    const body = tableBody(ratings) as { schema: { fields: Json[] }; timePartitioning: Json };
    const names: Record<string, string> = { INTEGER: "INT64", FLOAT: "FLOAT64", BOOLEAN: "BOOL" };
    const fields = body.schema.fields.map((field) => {
      const { mode, ...rest } = field;
      expect(mode).to.equal("NULLABLE");
      const type = String(field["type"]);
      return { ...rest, type: names[type] ?? type };
    });
    const timePartitioning = { ...body.timePartitioning, requirePartitionFilter: true };
    const { requirePartitionFilter, ...older } = body as Json;
    expect(requirePartitionFilter).to.equal(true);
    const there = { ...older, timePartitioning, schema: { fields } };
    expect(driftOf(ratings, there)).to.deep.equal([]);
  });

  const changes: [string, (body: Json, fields: Json[]) => Json, string][] = [
    [
      "a type that changed",
      (_body, fields) => ({
        schema: { fields: fields.with(2, { name: "rating", type: "STRING" }) },
      }),
      "column rating (declared: FLOAT / there: STRING)",
    ],
    [
      "a column that is gone",
      (_body, fields) => ({ schema: { fields: fields.slice(1) } }),
      "column user_id (declared: INTEGER / there: none)",
    ],
    [
      "a column that is new",
      (_body, fields) => ({ schema: { fields: [...fields, { name: "mood", type: "STRING" }] } }),
      "column mood (declared: none / there: STRING)",
    ],
    [
      "a column that must not be NULL",
      (_body, fields) => ({
        schema: { fields: fields.with(0, { name: "user_id", type: "INTEGER", mode: "REQUIRED" }) },
      }),
      "column user_id (declared: INTEGER / there: INTEGER REQUIRED)",
    ],
    [
      "other partitions",
      () => ({ timePartitioning: { type: "DAY", field: "rated_month" } }),
      "partitions (declared: MONTH of rated_month, filter required / there: DAY of rated_month, filter required)",
    ],
    [
      "a filter that is not required",
      () => ({ requirePartitionFilter: false }),
      "partitions (declared: MONTH of rated_month, filter required / there: MONTH of rated_month)",
    ],
    [
      "no clusters",
      () => ({ clustering: undefined }),
      "clusters (declared: movie_id, user_id / there: none)",
    ],
  ];
  for (const [name, change, expected] of changes) {
    it(`shows ${name} as a difference`, async () => {
      const line = await refusal(({ tables, cloud }) => {
        const body = tables.get(nameOf(cloud, ratings)) ?? {};
        const { fields } = body["schema"] as { fields: Json[] };
        tables.set(nameOf(cloud, ratings), { ...body, ...change(body, fields) });
      });
      expect(line).to.equal(
        `the table marquee_dev_staging.ratings is not as sql/staging/ratings.yml declares it: ${expected}. See what would change, and change it, with ${deploy}`,
      );
    });
  }

  it("names a dataset that is missing, and the command that makes it", async () => {
    const line = await refusal(({ datasets }) => datasets.delete("marquee_dev_core"));
    expect(line).to.match(
      /the dataset marquee_dev_core is not there\. Make it with npm run deploy/,
    );
  });

  it("names a table that is missing, and the command that makes it", async () => {
    const line = await refusal(({ tables }) => tables.delete("marquee_dev_core.movies"));
    expect(line).to.match(/the table marquee_dev_core.movies is not there\. Make it with npm run/);
  });

  it("refuses a dataset of another region", async () => {
    const line = await refusal(({ datasets }) =>
      datasets.set("marquee_dev_marts", { location: "EU" }),
    );
    expect(line).to.match(/marquee_dev_marts stands in EU, the settings of dev say us-central1/);
    expect(line).to.include(deploy);
  });

  const refusals: [number, string, string, RegExp][] = [
    [
      401,
      "authError",
      "Request had invalid authentication credentials",
      /gcloud auth application-default login/,
    ],
    [
      403,
      "accessNotConfigured",
      "BigQuery API has not been used in project 1 before",
      /is not enabled.*npm run bootstrap/,
    ],
    [403, "accessDenied", "Access Denied: Dataset x", /WRITER on the dataset marquee_dev_staging/],
    [403, "quotaExceeded", "Quota exceeded: api requests", /a quota of the project .* is used up/],
  ];
  for (const [status, reason, message, expected] of refusals) {
    it(`says in one line what to do about ${reason}`, async () => {
      const line = await refusal(({ failNext }) => {
        failNext(/GET/, { status, reason, message });
      });
      expect(line).to.match(expected);
      expect(line).to.include(message);
    });
  }

  it("asks for a login where there are no credentials", async () => {
    await withFolder((home) =>
      withStub(async ({ cloud, requests }) => {
        // Nothing of this machine's own.
        const restore = setVariables({
          BIGQUERY_EMULATOR_HOST: undefined,
          GOOGLE_APPLICATION_CREDENTIALS: undefined,
          CLOUDSDK_CONFIG: home,
          HOME: home,
          METADATA_SERVER_DETECTION: "none",
        });
        try {
          const connection = connect(cloud, "any", impatient);
          const asked = expectDeclaredTables(connection, [ratings]);
          const { line } = await failure(asked, "cloud");
          expect(line).to.match(
            /no valid credentials .*Could not load the default credentials.*gcloud auth application-default login/,
          );
          expect(requests).to.deep.equal([]);
        } finally {
          restore();
        }
      }),
    );
  });
});
