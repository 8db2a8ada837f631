import http from "node:http";
import path from "node:path";

import { expect } from "chai";

import { type Cloud, cloudOf } from "../../../jobs/cloud/cloud.ts";
import { type Options, usualOptions } from "../../../jobs/options.ts";
import { runPipeline } from "../../../jobs/pipeline.ts";
import { withStub } from "../../support/cloud/bigquery-stub.ts";
import { withBucketStub } from "../../support/cloud/bucket-stub.ts";
import { type DataprocDouble, startDataproc } from "../../support/cloud/dataproc-double.ts";
import { failure } from "../../support/errors.ts";
import { listening } from "../../support/faulty-server.ts";
import { withFolder } from "../../support/folder.ts";
import { quietLog } from "../../support/pipeline.ts";
import { devWith } from "../../support/stacks.ts";
import { tinySource } from "../../support/tiny-source.ts";
import { withVariables } from "../../support/variables.ts";

/** An environment as a run finds it. */
interface There {
  cloud: Cloud;
  /** Where the lake's bucket stands; undefined where there is none. */
  location: string | undefined;
  dataproc: DataprocDouble;
  /** Names of all objects that were ever written to the bucket. */
  written: () => string[];
  run: (options: Partial<Options>) => Promise<unknown>;
}

async function onEnvironment(use: (there: There) => Promise<void>): Promise<void> {
  const cloud = cloudOf(await devWith());
  const { lake, cluster } = cloud.names;
  await withFolder((folder) =>
    withBucketStub(lake, (stub) =>
      withStub(async () => {
        const dataproc = await startDataproc(() => Promise.resolve({ succeeded: false }));
        dataproc.clusters.set(cluster, { state: "RUNNING", image: "2.3.5-ml-ubuntu22" });
        const source = await tinySource(path.join(folder, "in"));
        const there: There = {
          cloud,
          location: "US-CENTRAL1",
          dataproc,
          written: () => stub.asks("insert").map(({ name }) => name),
          run: (options) => {
            const where = { target: "gcp", engine: "spark", environment: "dev" } as const;
            const what = { sources: [source], lake: path.join(folder, "copy"), only: ["fetch"] };
            return runPipeline({ ...usualOptions, ...where, ...what, ...options }, quietLog());
          },
        };
        // The bucket itself, which the stub does not tell of.
        const server = http.createServer((request, response) => {
          const isOfBucket = new URL(request.url ?? "/", "http://x").pathname.endsWith(
            `/b/${lake}`,
          );
          const { location } = there;
          if (location === undefined) {
            response.writeHead(404, { "content-type": "application/json" });
            response.end(JSON.stringify({ error: { code: 404, message: "no such bucket" } }));
          } else if (isOfBucket) {
            response.writeHead(200, { "content-type": "application/json" });
            response.end(JSON.stringify({ kind: "storage#bucket", name: lake, location }));
          } else void stub.respond(request, response);
        });
        const origin = `http://127.0.0.1:${await listening(server)}`;
        const variables = {
          STORAGE_EMULATOR_HOST: origin,
          MARQUEE_DATAPROC_ENDPOINT: dataproc.endpoint,
        };
        try {
          await withVariables(variables, () => use(there));
        } finally {
          server.closeAllConnections();
          server.close();
          await dataproc.stop();
        }
      }),
    ),
  );
}

/** What a run begins with is its lease alone. */
const leaseAlone = (there: There): void => {
  expect([...new Set(there.written())]).to.deep.equal(["lock.json"]);
};

describe("a run on Google Cloud that opens", function () {
  this.timeout(60_000);

  it("ends in one line where the bucket stands elsewhere, before anything is begun", async () => {
    await onEnvironment(async (there) => {
      there.location = "EUROPE-WEST1";
      const { line } = await failure(there.run({}), "cloud");
      expect(line).to.equal(
        `the bucket gs://${there.cloud.names.lake} stands in EUROPE-WEST1, the settings of dev say us-central1: files of one region cannot be loaded into another. Set the region back, or move the bucket: copy what it holds, delete it and make it with npm run deploy -- --env dev`,
      );
      leaseAlone(there);
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
