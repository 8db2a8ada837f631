import http from "node:http";
import path from "node:path";

import { expect } from "chai";

import { type Cloud, cloudOf } from "../../../jobs/cloud/cloud.ts";
import { bucketOf } from "../../../jobs/cloud/working-copy.ts";
import { type Options, usualOptions } from "../../../jobs/options.ts";
import { runPipeline } from "../../../jobs/pipeline.ts";
import { type Stub, withStub } from "../../support/cloud/bigquery-stub.ts";
import { type BucketStub, withBucketStub } from "../../support/cloud/bucket-stub.ts";
import { type DataprocDouble, startDataproc } from "../../support/cloud/dataproc-double.ts";
import { listening } from "../../support/faulty-server.ts";
import { withFolder } from "../../support/folder.ts";
import { quietLog } from "../../support/pipeline.ts";
import { devWith } from "../../support/stacks.ts";
import { tinySource } from "../../support/tiny-source.ts";
import { withVariables } from "../../support/variables.ts";

/** An environment as a run finds it. */
export interface There {
  cloud: Cloud;
  /** Where the lake's bucket stands; undefined where there is none. */
  location: string | undefined;
  /** Whose it is, as Cloud Storage says it; undefined where it does not. */
  projectNumber: string | undefined;
  /** What the bucket says to whoever asks where it stands, but nothing else of it. */
  refusal: number | undefined;
  storage: BucketStub;
  bigquery: Stub;
  dataproc: DataprocDouble;
  /** Names of all objects that were ever written to the bucket. */
  written: () => string[];
  run: (options: Partial<Options>) => Promise<unknown>;
  /** Whose working copy the lake's folder is said to be. */
  mark: () => Promise<string | undefined>;
}

export async function onEnvironment(use: (there: There) => Promise<void>): Promise<void> {
  const cloud = cloudOf(await devWith());
  const { lake, cluster } = cloud.names;
  await withFolder((folder) =>
    withBucketStub(lake, (stub) =>
      withStub(async (bigquery) => {
        const dataproc = await startDataproc(() => Promise.resolve({ succeeded: false }));
        dataproc.clusters.set(cluster, { state: "RUNNING", image: "2.3.5-ml-ubuntu22" });
        const source = await tinySource(path.join(folder, "in"));
        const there: There = {
          cloud,
          location: "US-CENTRAL1",
          projectNumber: undefined,
          refusal: undefined,
          storage: stub,
          bigquery,
          dataproc,
          mark: () => bucketOf(path.join(folder, "copy")),
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
          const { location, projectNumber } = there;
          const refusal = location === undefined ? 404 : isOfBucket ? there.refusal : undefined;
          if (refusal !== undefined) {
            response.writeHead(refusal, { "content-type": "application/json" });
            response.end(JSON.stringify({ error: { code: refusal, message: "refused" } }));
          } else if (isOfBucket) {
            response.writeHead(200, { "content-type": "application/json" });
            response.end(
              JSON.stringify({ kind: "storage#bucket", name: lake, location, projectNumber }),
            );
          } else stub.respond(request, response);
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

/** To a bucket that is not the right one nothing is sent. */
export const nothing = (there: There): void => {
  expect(there.written()).to.deep.equal([]);
};

/** What a run begins with is its lease alone. */
export const leaseAlone = (there: There): void => {
  expect([...new Set(there.written())]).to.deep.equal(["lock.json"]);
};
