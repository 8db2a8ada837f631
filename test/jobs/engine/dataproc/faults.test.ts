import { expect } from "chai";

import type { Report } from "../../../../jobs/engine/spark/manifest.ts";
import { endless, reporting } from "../../../support/cloud/dataproc-double-bucket.ts";
import type { Worker } from "../../../support/cloud/dataproc-double-jobs.ts";
import {
  askedOf,
  cluster,
  impatient,
  type OnDataproc,
  onDataproc,
} from "../../../support/cloud/dataproc-double-place.ts";
import { failure } from "../../../support/errors.ts";

/** What Spark prints where a driver dies: its own doings, a stack, and what it was. */
const printed = [
  ...Array.from({ length: 30 }, (_, line) => `line ${line}`),
  "26/11/21 17:40:00 INFO SparkContext: Running Spark version 3.5.9",
  "Traceback (most recent call last):",
  "java.io.IOException: no such bucket",
  "\tat org.apache.hadoop.fs.Path.getFileSystem(Path.java:365)",
  "\t... 12 more",
  "",
].join("\n");

const dies: Worker = () =>
  Promise.resolve({
    succeeded: false,
    details: "Job failed. If logs are available, they can be found at: https://elsewhere",
    output: "gs://scratch/meta/driveroutput",
  });

/** The line in which asking for core.dates ends. */
async function lineOf({ place }: OnDataproc): Promise<string> {
  const asked = await askedOf();
  return (
    await failure(
      place.run(asked, () => undefined),
      "cloud",
    )
  ).line;
}

describe("Spark's work on Dataproc that fails", () => {
  for (const [mode, where, page] of [
    ["cluster", "the cluster marquee-dev-spark", "jobs/marquee-dev-20261121t173203z-ab12-1/"],
    ["batch", "a serverless batch", "batches/us-central1/marquee-dev-20261121t173203z-ab12-1/"],
  ] as const) {
    it(`says the last lines of what the driver printed, and where to look: ${mode}`, async () => {
      const read: string[] = [];
      const readOutput = (address: string): Promise<string> => {
        read.push(address);
        return Promise.resolve(printed);
      };
      await onDataproc(
        () => dies,
        async (all) => {
          const line = await lineOf(all);
          expect(read).to.deep.equal(["gs://scratch/meta/driveroutput"]);
          expect(line).to.match(/\((error|failed)\): Job failed\. \| line 12 \| line 13 /);
          expect(line).to.include(`Spark on ${where} ended without a report`);
          expect(line).to.include("java.io.IOException: no such bucket. Look at https://console");
          expect(line).to.include(page);
          expect(line).not.to.match(/line 11 |INFO|\bat org\.|12 more|elsewhere/);
          expect(all.bucket.fetched).to.deep.equal([]);
          expect(all.bucket.notes.at(-1)).to.equal(undefined);
        },
        { mode, readOutput },
      );
    });
  }

  it("says what failed also where its output cannot be read", async () => {
    await onDataproc(
      () => dies,
      async (all) => {
        expect(await lineOf(all)).to.match(
          /\(error\): Job failed\. \| its output gs:\S+ cannot be read: nobody has printed\. Look at/,
        );
      },
    );
  });

  /** How an engine ends whose driver reports a failure. */
  async function reported(
    told: NonNullable<Report["failure"]>,
    reason: "catalog" | "cloud",
  ): Promise<string> {
    let line = "";
    await onDataproc(
      (bucket) => reporting(bucket, { failure: told }),
      async ({ engine, bucket }) => {
        const { models } = await askedOf();
        const announced = engine.announce(models, [], () => undefined);
        ({ line } = await failure(announced, reason));
        expect(bucket.fetched).to.deep.equal([]);
      },
    );
    return line;
  }

  it("names the model and Spark's own words where the report does, as on this machine", async () => {
    const told = { kind: "model", name: "core.dates", sql: "select 1", message: "no column x" };
    expect(await reported({ ...told, kind: "model" }, "catalog")).to.equal(
      "sql/core/dates.sql: core.dates cannot be made by Spark: no column x. Mend the SELECT; what was published before is intact",
    );
  });

  it("says where memory comes from", async () => {
    const message = "java.lang.OutOfMemoryError: Java heap space";
    const told = { kind: "model", name: "core.dates", sql: "select 1", message } as const;
    expect(await reported(told, "cloud")).to.equal(
      "the memory of the cluster marquee-dev-spark was not enough for core.dates. Choose a larger spark.cluster.machine_type in settings/dev.yml and deploy it: npm run deploy -- --env dev",
    );
  });

  it("says that somebody else has cancelled it", async () => {
    await onDataproc(
      () => endless,
      async (all) => {
        const line = lineOf(all);
        const { cancelled } = await submittedOn(all);
        cancelled();
        expect(await line).to.match(/ended without a report \(cancelled\)/);
      },
    );
  });

  it("says that it has vanished", async () => {
    await onDataproc(
      () => endless,
      async (all) => {
        all.dataproc.troubles.push({ method: "GetJob", code: "NOT_FOUND", times: 9 });
        expect(await lineOf(all)).to.match(
          /is not there any more\. Look at https:.*, and run again$/,
        );
      },
    );
  });

  async function submittedOn({ dataproc }: OnDataproc): Promise<{ cancelled: () => void }> {
    while (Object.keys(dataproc.states()).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { cancelled: () => void dataproc.cancelAll() };
  }
});

describe("a Dataproc that cannot be used", () => {
  const states = {
    gone: [
      undefined,
      /looking for Spark: the cluster marquee-dev-spark is not there\. Make it with npm run deploy -- --env dev$/,
    ],
    going: [
      "DELETING",
      /the cluster marquee-dev-spark is deleting\. Bring it back with npm run deploy -- --env dev, and run again$/,
    ],
    stopped: ["STOPPED", /marquee-dev-spark is stopped\. Bring it back with npm run deploy/],
  } as const;
  for (const [word, [state, expected]] of Object.entries(states)) {
    it(`says how to bring back a cluster that is ${word}, before anything is sent`, async () => {
      await onDataproc(
        () => endless,
        async (all) => {
          if (state === undefined) all.dataproc.clusters.delete(cluster);
          else all.dataproc.clusters.set(cluster, { state, image: "2.3-ml-ubuntu22" });
          expect(await lineOf(all)).to.match(expected);
          expect(all.bucket.put).to.deep.equal([]);
          expect(all.bucket.notes).to.deep.equal([]);
        },
      );
    });
  }

  it("waits for a cluster that is being made, and says so", async () => {
    await onDataproc(
      (bucket) => reporting(bucket, {}),
      async ({ dataproc, place, told }) => {
        dataproc.clusters.set(cluster, { state: "CREATING", image: "2.3-ml-ubuntu22" });
        const done = place.run(await askedOf(), () => undefined);
        while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        expect(Object.keys(dataproc.states())).to.deep.equal([]);
        dataproc.clusters.set(cluster, { state: "RUNNING", image: "2.3-ml-ubuntu22" });
        await done;
        expect(told[0]).to.equal("the cluster marquee-dev-spark is creating: waiting for it");
      },
    );
  });

  const troubles = {
    "who may not": [
      "PERMISSION_DENIED",
      "Permission 'dataproc.jobs.create' denied",
      /It asks for the role marquee_dev_job_submitter on the project.*docs\/google-cloud\.md/,
    ],
    "an API that is off": [
      "PERMISSION_DENIED",
      "Cloud Dataproc API has not been used in project 1 before or it is disabled",
      /an API is not enabled in the project example-marquee-dev.*npm run bootstrap -- --env dev/,
    ],
    "a quota": ["RESOURCE_EXHAUSTED", "Insufficient 'CPUS' quota", /a quota of the project/],
    credentials: [
      "UNAUTHENTICATED",
      "Request had invalid authentication credentials",
      /no valid credentials.*gcloud auth application-default login/,
    ],
  } as const;
  for (const [what, [code, details, expected]] of Object.entries(troubles)) {
    it(`says in one line what to do about ${what}`, async () => {
      await onDataproc(
        () => endless,
        async (all) => {
          all.dataproc.troubles.push({ method: "SubmitJob", code, details, times: 9 });
          const line = await lineOf(all);
          expect(line).to.match(/^submitting Spark's work: /);
          expect(line).to.match(expected);
          // Nobody has to look for it.
          expect(all.bucket.notes.at(-1)).to.equal(undefined);
          expect(all.bucket.notes).to.have.length(2);
        },
      );
    });
  }

  it("is given up where it does not answer for long", async () => {
    await onDataproc(
      () => endless,
      async (all) => {
        all.dataproc.troubles.push({ method: "GetCluster", code: "UNAVAILABLE", times: 99 });
        expect(await lineOf(all)).to.match(/looking for Spark: Google Cloud does not answer/);
      },
      { patience: { ...impatient, answerSeconds: 0.5 } },
    );
  });

  it("is not asked for numpy where its image has none", async () => {
    await onDataproc(
      () => endless,
      async (all) => {
        all.dataproc.clusters.set(cluster, { state: "RUNNING", image: "2.3.5-ubuntu22" });
        expect(await lineOf(all)).to.match(/has the image 2\.3\.5-ubuntu22, which lacks numpy/);
      },
      { needs: ["numpy"] },
    );
  });
});
