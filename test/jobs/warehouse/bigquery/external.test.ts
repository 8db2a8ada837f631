import { expect } from "chai";

import { bigquerySchema } from "../../../../sql/catalog/bigquery-schema.ts";
import { tableOf } from "../../../support/catalog.ts";
import { withStub } from "../../../support/cloud/bigquery-stub.ts";
import { failure } from "../../../support/errors.ts";

describe("external tables over the lake's files", () => {
  it("are made where there are none, and pointed to other files where there are", async () => {
    const ratings = await tableOf("staging.ratings");
    await withStub(async ({ warehouse, requests }) => {
      await warehouse.external([{ table: ratings, uris: ["gs://lake/one"] }]);
      await warehouse.external([{ table: ratings, uris: ["gs://lake/two"] }]);
      const where = "/bigquery/v2/projects/example-marquee-dev/datasets/marquee_dev_staging/tables";
      expect(
        requests.map(({ method, path, status }) => `${method} ${path} ${status}`),
      ).to.deep.equal([
        `POST ${where} 200`,
        `POST ${where} 409`,
        `PATCH ${where}/ratings_files 200`,
      ]);
      const [made, , changed] = requests;
      expect(made?.body).to.deep.include({
        schema: { fields: bigquerySchema(ratings) },
        externalDataConfiguration: {
          sourceFormat: "PARQUET",
          sourceUris: ["gs://lake/one"],
          autodetect: false,
        },
      });
      expect(made?.body["labels"]).to.include({ step: "external" });
      expect(changed?.body["externalDataConfiguration"]).to.deep.include({
        sourceUris: ["gs://lake/two"],
      });
    });
  });

  it("say in one line why they cannot be made", async () => {
    const ratings = await tableOf("staging.ratings");
    await withStub(async ({ warehouse, failNext }) => {
      failNext(/^POST/, { status: 403, reason: "accessDenied", message: "Access Denied" });
      const { line } = await failure(
        warehouse.external([{ table: ratings, uris: ["gs://lake/one"] }]),
        "cloud",
      );
      expect(line).to.match(/marquee_dev_staging.ratings_files.*WRITER on the dataset/);
    });
  });
});
