import { expect } from "chai";

import { failure } from "../../support/errors.ts";
import { leaseAlone, nothing, onEnvironment } from "./there.ts";

describe("a run on Google Cloud that opens", () => {
  it("ends in one line where the bucket stands elsewhere, before anything is begun", async () => {
    await onEnvironment(async (there) => {
      there.location = "EUROPE-WEST1";
      const { line } = await failure(there.run({}), "cloud");
      expect(line).to.equal(
        `the bucket gs://${there.cloud.names.lake} stands in EUROPE-WEST1, the settings of dev say us-central1: files of one region cannot be loaded into another. Set the region back, or move the bucket: copy what it holds, delete it and make it with npm run deploy -- --env dev`,
      );
      nothing(there);
    });
  });

  it("takes a bucket where it should stand, however that is spelt", async () => {
    await onEnvironment(async (there) => {
      for (const location of ["us-central1", "US-CENTRAL1"]) {
        there.location = location;
        await there.run({});
      }
      // It comes as far as telling of itself there.
      expect(there.written().filter((name) => name.startsWith("versions/"))).not.to.be.empty;
    });
  });

  it("says what makes a bucket that is not there", async () => {
    await onEnvironment(async (there) => {
      there.location = undefined;
      const { line } = await failure(there.run({}), "cloud");
      expect(line).to.match(
        /: the bucket gs:\S+ is not there\. Make it with npm run deploy -- --env dev$/,
      );
    });
  });

  it("says so too where only the look at the bucket itself finds none", async () => {
    await onEnvironment(async (there) => {
      there.refusal = 404;
      const { line } = await failure(there.run({}), "cloud");
      const uri = `gs://${there.cloud.names.lake}`;
      expect(line).to.equal(
        `looking at ${uri}: the bucket ${uri} is not there. Make it with npm run deploy -- --env dev`,
      );
      nothing(there);
    });
  });

  it("writes nothing to a bucket of that name in another project", async () => {
    await onEnvironment(async (there) => {
      there.projectNumber = "999999999999";
      const { line } = await failure(there.run({}), "cloud");
      expect(line).to.equal(
        `the bucket gs://${there.cloud.names.lake} is in the project with the number 999999999999, the settings of dev say 123456789012. Correct project in settings/dev.yml`,
      );
      nothing(there);
      expect(await there.mark()).to.equal(undefined);
      // The person corrects it, and goes on in the same folder.
      there.projectNumber = "123456789012";
      await there.run({});
      expect(await there.mark()).to.equal(there.cloud.names.lake);
    });
  });

  it("marks no folder before the bucket's lake is opened", async () => {
    await onEnvironment(async (there) => {
      there.storage.fault = ({ what }) => (what === "insert" ? 403 : undefined);
      await failure(there.run({}), "cloud");
      expect(await there.mark()).to.equal(undefined);
    });
  });

  it("names the role that lets it look at the bucket", async () => {
    await onEnvironment(async (there) => {
      there.refusal = 403;
      const { line } = await failure(there.run({}), "cloud");
      const { lake } = there.cloud.names;
      expect(line).to.include(`looking at gs://${lake}: Google Cloud refuses it`);
      expect(line).to.include(`asks for roles/storage.legacyBucketReader on the bucket ${lake}`);
      nothing(there);
    });
  });

  it("ends what a killed run has left in BigQuery before it looks at the tables", async () => {
    await onEnvironment(async (there) => {
      const { storage, bigquery } = there;
      const runId = "20261121T110000Z-dead";
      const told = { format: 1, runId, startedAt: new Date().toISOString(), sources: ["sample"] };
      const holder = { processId: 1, host: "elsewhere", holder: "x", expireSeconds: 10 };
      storage.put("lock.json", JSON.stringify({ ...told, ...holder }));
      storage.age("lock.json", 1000);
      const jobId = `marquee_dev_${runId}_load_staging_ratings_1`;
      const jobReference = { jobId, location: "us-central1" };
      bigquery.jobs.set(jobId, {
        jobReference,
        status: { state: "DONE" },
        polls: 1,
        until: "cancelled",
      });
      await there.run({});
      expect(bigquery.jobs.get(jobId)).not.to.include.keys("until");
      const asked = bigquery.requests.map(({ path: where }) => where);
      const firstTable = asked.findIndex((name) => name.includes("/datasets/"));
      expect(asked.findIndex((name) => name.endsWith("/cancel"))).to.be.within(0, firstTable);
    });
  });

  it("looks for no jobs where no run was killed", async () => {
    await onEnvironment(async (there) => {
      await there.run({});
      expect(there.bigquery.requests[0]?.path).to.include("/datasets/");
    });
  });

  const faults = {
    gone: [
      undefined,
      /looking for Spark: the cluster marquee-dev-spark is not there\. Make it with/,
    ],
    stopped: ["STOPPED", /the cluster marquee-dev-spark is stopped\. Bring it back with/],
    broken: ["ERROR", /the cluster marquee-dev-spark has failed\. Bring it back with/],
  } as const;
  for (const [word, [state, expected]] of Object.entries(faults)) {
    it(`says what brings back a cluster that is ${word}, before anything is begun`, async () => {
      await onEnvironment(async (there) => {
        const { cluster } = there.cloud.names;
        if (state === undefined) there.dataproc.clusters.delete(cluster);
        else there.dataproc.clusters.set(cluster, { state, image: "2.3.5-ml-ubuntu22" });
        for (const only of [["fetch", "prepare", "transform"], ["check"]]) {
          const { line } = await failure(there.run({ only }), "cloud");
          expect(line).to.match(expected).and.include("npm run deploy -- --env dev");
          leaseAlone(there);
        }
      });
    });
  }

  it("asks for no cluster where no step needs Spark", async () => {
    await onEnvironment(async (there) => {
      there.dataproc.clusters.clear();
      await there.run({ only: ["fetch"] });
      // It has nothing to publish, which it says itself.
      const { line } = await failure(there.run({ only: ["publish"] }), "usage");
      expect(line).to.match(/no prepared tables/);
      await there.run({ target: "hybrid", engine: "duckdb", only: ["fetch", "prepare"] });
      expect(there.dataproc.asked).to.deep.equal([]);
    });
  });

  it("does not wait for a cluster that is being made: there is enough to do before", async () => {
    await onEnvironment(async (there) => {
      const { cluster } = there.cloud.names;
      there.dataproc.clusters.set(cluster, { state: "CREATING", image: "2.3.5-ml-ubuntu22" });
      const { line } = await failure(there.run({ only: ["transform"] }), "usage");
      expect(line).to.match(/no prepared tables/);
    });
  });
});
