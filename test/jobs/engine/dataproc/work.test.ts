import { expect } from "chai";

import type { Manifest } from "../../../../jobs/engine/spark/manifest.ts";
import { reporting } from "../../../support/cloud/dataproc-double-bucket.ts";
import type { Json } from "../../../support/cloud/dataproc-double-jobs.ts";
import { askedOf, cluster, onDataproc } from "../../../support/cloud/dataproc-double-place.ts";

const id = "marquee-dev-20261121t173203z-ab12-1";
const labels = {
  owner: "film-data",
  platform: "marquee",
  environment: "dev",
  component: "spark",
  managed_by: "pipeline",
  run_id: "20261121t173203z-ab12",
  step: "transform",
};
const properties = {
  "spark.sql.ansi.enabled": "true",
  "spark.sql.session.timeZone": "UTC",
  "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "1",
  "spark.sql.warehouse.dir": "gs://lake/work/run/spark/1/warehouse",
};
const made = { models: [{ id: "core.dates", rows: 7, seconds: 1 }] };

describe("Spark's work on Dataproc", () => {
  it("is a job of the environment's cluster, told once, with all that it needs", async () => {
    await onDataproc(
      (bucket) => reporting(bucket, made),
      async ({ dataproc, bucket, place, told }) => {
        const begun: string[] = [];
        const report = await place.run(await askedOf(), (what) => begun.push(what));
        expect(report.models[0]?.rows).to.equal(7);
        expect(bucket.put).to.deep.equal(["staging.links"]);
        expect(bucket.fetched).to.deep.equal(["core.dates"]);
        const name = `projects/example-marquee-dev/regions/us-central1/jobs/${id}`;
        expect(bucket.notes).to.deep.equal([name, undefined]);

        const submitted = dataproc.asked.filter(({ method }) => method === "SubmitJob");
        expect(submitted).to.have.length(1);
        const { region, projectId, job } = submitted[0]!.request as Record<string, Json>;
        expect({ region, projectId }).to.deep.equal({
          region: "us-central1",
          projectId: "example-marquee-dev",
        });
        expect(job).to.deep.include({
          reference: { projectId: "example-marquee-dev", jobId: id },
          placement: { clusterName: cluster },
          labels,
        });
        const spark = job!["pysparkJob"] as { properties: Json };
        expect(spark).to.deep.include({
          mainPythonFileUri: "gs://lake/drivers/driver.py",
          args: ["--limit", "320", "gs://lake/work/run/spark/1/manifest.json"],
        });
        expect(spark.properties).to.include(properties);
        // A local machine's settings would have it look for files on the wrong disk.
        expect(Object.keys(spark.properties).join()).not.to.match(
          /fs\.file|shuffle\.partitions|ui/,
        );
        expect(told[0]).to.match(/^Spark on the cluster marquee-dev-spark: \w+/);
        expect(begun.at(-1)).to.equal("Dataproc: done");
      },
    );
  });

  it("is asked for over addresses of the bucket", async () => {
    await onDataproc(
      (bucket) => reporting(bucket, made),
      async ({ bucket, place }) => {
        await place.run(await askedOf(), () => undefined);
        const text = bucket.textAt("gs://lake/work/run/spark/1/manifest.json");
        const { inputs, models, checks, report } = JSON.parse(text) as Manifest;
        expect(inputs).to.deep.equal([
          { id: "staging.links", folder: "gs://lake/work/run/staging/links" },
        ]);
        expect(models[0]?.folder).to.equal("gs://lake/work/run/core/dates");
        expect(checks).to.have.length(1);
        expect(report).to.equal("gs://lake/work/run/spark/1/report.json");
      },
    );
  });

  it("is a serverless batch where the settings say so, as large as they say", async () => {
    await onDataproc(
      (bucket) => reporting(bucket, made),
      async ({ dataproc, bucket, place }) => {
        await place.run(await askedOf(), () => undefined);
        expect(bucket.fetched).to.deep.equal(["core.dates"]);
        const parent = "projects/example-marquee-dev/locations/us-central1";
        expect(bucket.notes[0]).to.equal(`${parent}/batches/${id}`);
        const [created] = dataproc.asked.filter(({ method }) => method === "CreateBatch");
        const { batch, ...address } = created!.request as Record<string, Json>;
        expect(address).to.deep.equal({ parent, batchId: id });
        expect(batch!["labels"]).to.deep.equal(labels);
        expect(batch!["pysparkBatch"]).to.deep.equal({
          mainPythonFileUri: "gs://lake/drivers/driver.py",
          args: ["--limit", "320", "gs://lake/work/run/spark/1/manifest.json"],
        });
        const runtime = batch!["runtimeConfig"] as { version: string; properties: Json };
        expect(runtime.version).to.equal("2.2");
        expect(runtime.properties).to.include({
          ...properties,
          "spark.driver.cores": "4",
          "spark.executor.cores": "4",
          "spark.executor.instances": "2",
          "spark.dynamicAllocation.enabled": "false",
        });
        expect(batch!["environmentConfig"]).to.deep.equal({
          executionConfig: {
            serviceAccount: "marquee-dev-spark@example-marquee-dev.iam.gserviceaccount.com",
            subnetworkUri: "marquee-dev-spark",
            stagingBucket: "example-marquee-dev-marquee-dev-scratch",
            ttl: { seconds: 600 },
          },
        });
      },
      { mode: "batch" },
    );
  });

  it("has an id of its own each time that a run asks", async () => {
    await onDataproc(
      (bucket) => reporting(bucket, made),
      async ({ dataproc, place }) => {
        const { shown, models, questions } = await askedOf();
        await place.run({ shown, models, questions: [] }, () => undefined);
        await place.run({ shown: [...shown, ...models], models: [], questions }, () => undefined);
        expect(Object.keys(dataproc.states())).to.deep.equal([id, id.replace(/1$/, "2")]);
        const second = dataproc.asked.filter(({ method }) => method === "SubmitJob")[1];
        expect((second!.request["job"] as Json)["labels"]).to.include({ step: "check" });
      },
    );
  });

  for (const [mode, method] of [
    ["cluster", "SubmitJob"],
    ["batch", "CreateBatch"],
  ] as const) {
    it(`is done once where the answer to ${method} is lost`, async () => {
      await onDataproc(
        (bucket) => reporting(bucket, made),
        async ({ dataproc, place }) => {
          dataproc.troubles.push({ method, code: "UNAVAILABLE", times: 1, isDone: true });
          await place.run(await askedOf(), () => undefined);
          expect(dataproc.asked.filter((one) => one.method === method)).to.have.length(2);
          expect(Object.keys(dataproc.states())).to.have.length(1);
        },
        { mode },
      );
    });
  }

  it("outlives an outage of Dataproc's answers", async () => {
    await onDataproc(
      (bucket) => reporting(bucket, made),
      async ({ dataproc, place }) => {
        for (const method of ["GetCluster", "SubmitJob", "GetJob"]) {
          dataproc.troubles.push({ method, code: "UNAVAILABLE", times: 2 });
        }
        const report = await place.run(await askedOf(), () => undefined);
        expect(report.models).to.have.length(1);
      },
    );
  });
});
