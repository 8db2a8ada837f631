import { generateKeyPairSync } from "node:crypto";
import path from "node:path";

import { v1 } from "@google-cloud/dataproc";
import { expect } from "chai";

import { cloudOf } from "../../../jobs/cloud/cloud.ts";
import { clientOptions } from "../../../jobs/engine/spark/dataproc/service.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { devWith } from "../../support/stacks.ts";
import { withVariables } from "../../support/variables.ts";

const cloud = cloudOf(await devWith());
const user = {
  type: "authorized_user",
  client_id: "client",
  client_secret: "secret",
  refresh_token: "secret",
};

/** The project for quotas that is sent to Dataproc with some credentials. */
async function sentWith(credentials: object, variables: object = {}): Promise<string | null> {
  return withFolder(async (home) => {
    await writeFiles(home, { "key.json": JSON.stringify(credentials) });
    const alone = {
      MARQUEE_DATAPROC_ENDPOINT: undefined,
      GOOGLE_APPLICATION_CREDENTIALS: path.join(home, "key.json"),
      GOOGLE_CLOUD_QUOTA_PROJECT: undefined,
    };
    return withVariables({ ...alone, ...variables }, async () => {
      const { auth } = new v1.JobControllerClient(clientOptions(cloud));
      const client = await auth.getClient();
      // A token that is good for a while, so that nobody is asked for one.
      const expires = Date.now() + 3_600_000;
      if (Object.hasOwn(credentials, "refresh_token")) {
        client.setCredentials({ access_token: "token", expiry_date: expires });
      }
      // The client sends every header that it is given here.
      const sent = await client.getRequestHeaders("https://us-central1-dataproc.googleapis.com/");
      expect(sent.get("authorization")).to.match(/^Bearer ./);
      return sent.get("x-goog-user-project");
    });
  });
}

describe("calls of Dataproc", () => {
  it("count in the environment's project for a person's own credentials", async () => {
    expect(await sentWith(user)).to.equal(cloud.settings.project.id);
  });

  it("count where a person says", async () => {
    expect(await sentWith({ ...user, quota_project_id: "theirs" })).to.equal("theirs");
    const said = { GOOGLE_CLOUD_QUOTA_PROJECT: "said" };
    expect(await sentWith(user, said)).to.equal("said");
  });

  it("name no project for a service account, which has one", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const account = {
      type: "service_account",
      client_email: "runner@own.iam.gserviceaccount.com",
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    };
    expect(await sentWith(account)).to.equal(null);
  });
});
