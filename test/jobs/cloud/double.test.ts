import { expect } from "chai";

import { cloudOf } from "../../../jobs/cloud/cloud.ts";
import { environmentOf } from "../../../jobs/cloud/run.ts";
import { storageOf } from "../../../jobs/cloud/storage.ts";
import { clientOptions } from "../../../jobs/engine/spark/dataproc/service.ts";
import { connect } from "../../../jobs/warehouse/bigquery/client.ts";
import { exitCodes } from "../../../errors.ts";
import { failure } from "../../support/errors.ts";
import { runProgram } from "../../support/program.ts";
import { devWith } from "../../support/stacks.ts";
import { withVariables } from "../../support/variables.ts";

const cloud = cloudOf(await devWith());

/** What makes a client of each service. */
const clients = {
  STORAGE_EMULATOR_HOST: () => storageOf(cloud),
  BIGQUERY_EMULATOR_HOST: () => connect(cloud, "run"),
  MARQUEE_DATAPROC_ENDPOINT: () => clientOptions(cloud),
};

const elsewhere = [
  "storage.example.com:443",
  "http://10.0.0.7:9000",
  "http://127.0.0.1.example.com:9000",
  "http://localhost.example.com",
  "http://127.0.0.1:9000@example.com",
  "http://example.com/127.0.0.1",
  "http://127.0.0.1:9000\\@example.com",
  "//example.com",
];

describe("doubles of Google Cloud", () => {
  for (const [variable, client] of Object.entries(clients)) {
    it(`are asked at this machine's own addresses alone: ${variable}`, async () => {
      for (const address of elsewhere) {
        await withVariables({ [variable]: address }, async () => {
          const { line } = await failure(
            Promise.resolve().then(() => void client()),
            "usage",
          );
          expect(line, address).to.match(
            new RegExp(
              `^${variable} names no address on this machine: .*127\\.0\\.0\\.1, localhost`,
            ),
          );
          // There may be a password in it.
          expect(line).not.to.include("example.com");
        });
      }
      for (const address of ["127.0.0.1:9000", "localhost:9000", "[::1]:9000"]) {
        await withVariables({ [variable]: address }, () => Promise.resolve(void client()));
      }
    });

    it(`are meant by no empty variable, whatever the clients think: ${variable}`, async () => {
      await withVariables({ [variable]: "" }, () => {
        client();
        expect(process.env[variable]).to.equal(undefined);
        return Promise.resolve();
      });
    });

    it(`that stand elsewhere end a run before anything is begun: ${variable}`, async () => {
      await withVariables({ [variable]: "http://example.com:80" }, async () => {
        await failure(environmentOf({ target: "hybrid", environment: "dev" }), "usage");
        // A run on this machine asks nobody.
        expect(await environmentOf({ target: "local", environment: undefined })).to.equal(
          undefined,
        );
      });
    });
  }

  it("alone may be asked with the settings of the example", async () => {
    const doubles = {
      STORAGE_EMULATOR_HOST: "http://127.0.0.1:9",
      BIGQUERY_EMULATOR_HOST: "http://127.0.0.1:9/bigquery/v2",
      MARQUEE_DATAPROC_ENDPOINT: undefined,
    };
    const asked = { environment: "dev" } as const;
    await withVariables(doubles, async () => {
      expect((await environmentOf({ ...asked, target: "hybrid" }))?.settings.environment).to.equal(
        "dev",
      );
      const { line } = await failure(environmentOf({ ...asked, target: "gcp" }), "deployment");
      expect(line).to.match(
        /^settings\/dev\.yml still has the example's project\.id, state_bucket, /,
      );
    });
    await withVariables({ ...doubles, MARQUEE_DATAPROC_ENDPOINT: "127.0.0.1:9" }, async () => {
      expect(await environmentOf({ ...asked, target: "gcp" })).not.to.equal(undefined);
    });
    await withVariables({ ...doubles, BIGQUERY_EMULATOR_HOST: undefined }, async () => {
      await failure(environmentOf({ ...asked, target: "hybrid" }), "deployment");
    });
  });

  it("end the command in one line", async () => {
    const env = { ...process.env, MARQUEE_DATAPROC_ENDPOINT: "dataproc.example.com:443" };
    const args = ["--target", "gcp", "--lake", "/nowhere/lake"];
    const { code, stderr } = await runProgram("jobs/pipeline.ts", args, { env });
    expect(code).to.equal(exitCodes.usage);
    expect(stderr).to.match(/^error: MARQUEE_DATAPROC_ENDPOINT names no address[^\n]*\n$/);
  });
});
