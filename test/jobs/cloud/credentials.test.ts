import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import http from "node:http";
import path from "node:path";

import { expect } from "chai";

import { cloudOf } from "../../../jobs/cloud/cloud.ts";
import { expectCredentials } from "../../../jobs/cloud/credentials.ts";
import { exitCodes } from "../../../errors.ts";
import { failure } from "../../support/errors.ts";
import { listening, type Reply, withServer } from "../../support/faulty-server.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { runProgram } from "../../support/program.ts";
import { devWith } from "../../support/stacks.ts";
import { withVariables } from "../../support/variables.ts";
import { ownSettings } from "./own-settings.ts";

const cloud = cloudOf(await devWith());

/** No doubles, nothing of this machine's own, and no look for a machine of Google's. */
const nobody = {
  STORAGE_EMULATOR_HOST: undefined,
  BIGQUERY_EMULATOR_HOST: undefined,
  MARQUEE_DATAPROC_ENDPOINT: undefined,
  GOOGLE_APPLICATION_CREDENTIALS: undefined,
  google_application_credentials: undefined,
  GOOGLE_CLOUD_QUOTA_PROJECT: undefined,
  CLOUDSDK_CONFIG: undefined,
  METADATA_SERVER_DETECTION: "none",
  HOME: "/nowhere",
};

/** What is said of a file of credentials. */
async function lineOf(file: string, milliseconds?: number): Promise<string> {
  return withVariables({ ...nobody, GOOGLE_APPLICATION_CREDENTIALS: file }, async () => {
    const { line } = await failure(expectCredentials(cloud, { milliseconds }), "cloud");
    return line;
  });
}

const unset =
  /\. Correct or unset GOOGLE_APPLICATION_CREDENTIALS; without it, what gcloud auth application-default login has left is used$/;

const account = {
  type: "service_account",
  project_id: "secret-project",
  client_email: "secret@secret-project.iam.gserviceaccount.com",
  private_key: "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
};

/** Credentials whose tokens come from somewhere on this machine. */
const askingAt = (tokens: string): string =>
  JSON.stringify({
    type: "external_account_authorized_user",
    audience: "//iam.googleapis.com/locations/global/workforcePools/pool/providers/provider",
    client_id: "client",
    client_secret: "secret",
    refresh_token: "secret",
    token_url: tokens,
  });

const answers =
  (status: number, body: object): Reply =>
  (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };

describe("credentials for Google Cloud", () => {
  it("that are not there are named, with what to do", async () => {
    expect(await lineOf("/nowhere/secret.json")).to.match(
      /^the credentials in \/nowhere\/secret\.json cannot be used: there is no such file\. /,
    );
    expect(await lineOf("/nowhere/secret.json")).to.match(unset);
    await withFolder(async (folder) => {
      expect(await lineOf(folder)).to.match(/cannot be used: that is no file\. /);
    });
  });

  const broken: Record<string, [content: string, expected: RegExp]> = {
    "no JSON": ["{secret", /it is no valid JSON\. /],
    "nothing in it": ["", /it is no valid JSON\. /],
    "JSON of something else": ["null", /it holds no credentials\. /],
    "a list": ['["secret"]', /the incoming JSON object does not contain a client_email field\. /i],
    "no key": [
      JSON.stringify({ ...account, private_key: undefined }),
      /does not contain a private_key field\. /,
    ],
    "a broken key": [JSON.stringify(account), /its private key is damaged\. /],
    "a key that is no text": [
      JSON.stringify({ ...account, private_key: { secret: 1 } }),
      /its private key is damaged\. /,
    ],
    "a key of another kind": [
      JSON.stringify({
        ...account,
        private_key: generateKeyPairSync("ed25519").privateKey.export({
          type: "pkcs8",
          format: "pem",
        }),
      }),
      /its private key is damaged\. /,
    ],
  };
  for (const [what, [content, expected]] of Object.entries(broken)) {
    it(`are named and not shown where a file has ${what}`, async () => {
      await withFolder(async (folder) => {
        await writeFiles(folder, { "key.json": content });
        const line = await lineOf(path.join(folder, "key.json"));
        expect(line).to.match(expected).and.match(unset);
        expect(line).to.match(/^the credentials in \S+key\.json cannot be used: /);
        expect(line).not.to.match(/secret|BEGIN/);
      });
    });
  }

  it("that there are none of are asked for by the command that makes them", async () => {
    await withFolder((home) =>
      withVariables({ ...nobody, HOME: home }, async () => {
        const { line } = await failure(expectCredentials(cloud), "cloud");
        expect(line).to.equal(
          "there are no credentials for Google Cloud on this machine. Log in with gcloud auth application-default login",
        );
      }),
    );
  });

  it("are not waited for where something takes the place of a machine of Google's", async () => {
    const silent: Reply = () => undefined;
    await withServer(silent, async ({ host }) => {
      const there = { METADATA_SERVER_DETECTION: undefined, GCE_METADATA_HOST: host };
      await withVariables({ ...nobody, ...there }, async () => {
        const start = performance.now();
        const { line } = await failure(expectCredentials(cloud), "cloud");
        expect(line).to.match(/^there are no credentials for Google Cloud on this machine\./);
        expect(performance.now() - start).to.be.below(8_000);
      });
    });
  });

  it("of a machine of Google's are not taken for a person's", async () => {
    const server = http.createServer((request, response) => {
      const isToken = request.url?.includes("/token") === true;
      response.writeHead(isToken ? 404 : 200, { "metadata-flavor": "Google" }).end("none");
    });
    const there = `127.0.0.1:${await listening(server)}`;
    try {
      const machine = { METADATA_SERVER_DETECTION: "assume-present", GCE_METADATA_HOST: there };
      await withVariables({ ...nobody, ...machine }, async () => {
        const { line } = await failure(expectCredentials(cloud), "cloud");
        expect(line).to.match(/^the service account of this machine cannot be used: /);
        expect(line).to.match(/Give the machine a service account, with the scope cloud-platform$/);
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("that gcloud has left are named as such", async () => {
    await withFolder(async (home) => {
      const left = ".config/gcloud/application_default_credentials.json";
      await writeFiles(home, { [left]: "{secret" });
      await withVariables({ ...nobody, HOME: home }, async () => {
        const { line } = await failure(expectCredentials(cloud), "cloud");
        expect(line).to.equal(
          "the credentials that gcloud has left cannot be used: it is no valid JSON. Log in with gcloud auth application-default login",
        );
      });
    });
  });

  it("that Google refuses are told in its own words", async () => {
    const refuses = answers(400, { error: "invalid_grant", error_description: "Token revoked." });
    await withServer(refuses, ({ origin }) =>
      withFolder(async (folder) => {
        await writeFiles(folder, { "key.json": askingAt(`${origin}/token`) });
        const line = await lineOf(path.join(folder, "key.json"));
        expect(line).to.match(/key\.json cannot be used: .*invalid_grant: Token revoked\. /);
        expect(line).to.match(unset);
      }),
    );
  });

  it("that are good let the work begin", async () => {
    const grants = answers(200, { access_token: "x", expires_in: 3600 });
    await withServer(grants, ({ origin, seen }) =>
      withFolder(async (folder) => {
        await writeFiles(folder, { "key.json": askingAt(`${origin}/token`) });
        const variables = {
          ...nobody,
          GOOGLE_APPLICATION_CREDENTIALS: path.join(folder, "key.json"),
        };
        await withVariables(variables, () => expectCredentials(cloud));
        expect(seen.map((one) => one.path)).to.deep.equal(["/token"]);
      }),
    );
  });

  it("are not blamed where nobody answers", async () => {
    const silent: Reply = () => undefined;
    await withServer(silent, ({ origin }) =>
      withFolder(async (folder) => {
        await writeFiles(folder, {
          "silent.json": askingAt(`${origin}/token`),
          "closed.json": askingAt("http://127.0.0.1:9/token"),
        });
        const start = performance.now();
        for (const name of ["silent.json", "closed.json"]) {
          const line = await lineOf(path.join(folder, name), 500);
          expect(line).to.match(
            /^Google Cloud does not answer \([^)]+\) when asked for a token with the cred/,
          );
          expect(line).to.match(/\. Look at this machine's way to the internet, and run again$/);
          expect(line).not.to.match(/https?:\/\//);
        }
        expect(performance.now() - start).to.be.below(5_000);
      }),
    );
  });

  it("are asked of nobody where every service that is used is a double", async () => {
    const doubles = {
      ...nobody,
      STORAGE_EMULATOR_HOST: "http://127.0.0.1:9",
      BIGQUERY_EMULATOR_HOST: "http://127.0.0.1:9/bigquery/v2",
      GOOGLE_APPLICATION_CREDENTIALS: "/nowhere/key.json",
    };
    await withVariables(doubles, async () => {
      await expectCredentials(cloud, { usesDataproc: false });
      await failure(expectCredentials(cloud), "cloud");
    });
    const all = { ...doubles, MARQUEE_DATAPROC_ENDPOINT: "127.0.0.1:9" };
    await withVariables(all, () => expectCredentials(cloud));
  });

  it("that are bad end the command in one line, before anything is begun", async () => {
    await withFolder(async (folder) => {
      const settings = await ownSettings(path.join(folder, "settings"));
      const variables = {
        ...{ ...process.env, ...nobody, MARQUEE_SETTINGS: settings },
        GOOGLE_APPLICATION_CREDENTIALS: "/nope.json",
      };
      const env = Object.fromEntries(
        Object.entries(variables).filter(([, value]) => value !== undefined),
      );
      const lake = path.join(folder, "lake");
      for (const target of ["gcp", "hybrid"]) {
        const args = ["--target", target, "--lake", lake];
        const { code, stderr } = await runProgram("jobs/pipeline.ts", args, { env });
        expect(stderr).to.match(
          /^error: the credentials in \/nope\.json cannot be used: there is no such file[^\n]*\n$/,
        );
        expect(code).to.equal(exitCodes.cloud);
        expect(existsSync(path.join(lake, "bucket.json"))).to.equal(false);
      }
    });
  });
});
