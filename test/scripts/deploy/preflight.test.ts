import path from "node:path";

import { expect } from "chai";

import { expectReady } from "../../../scripts/deploy/preflight.ts";
import { failure } from "../../support/errors.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { runProgram } from "../../support/program.ts";
import { devWith } from "../../support/stacks.ts";

describe("what a deployment needs", () => {
  const mine = {
    project: { id: "my-films", number: 1 },
    stateBucket: "my-state",
    alertEmail: "me@films.org",
    dashboardViewers: ["group:us@films.org"],
    budget: undefined,
    github: undefined,
  };
  const loggedIn = { GOOGLE_OAUTH_ACCESS_TOKEN: "t" };

  it("is a login, own settings, and in a protected environment the second key", async () => {
    const dev = await devWith(mine);
    await expectReady(dev, undefined, { environment: loggedIn });
    const nobody = await failure(
      expectReady(dev, undefined, { environment: { HOME: "/nowhere" } }),
      "deployment",
    );
    expect(nobody.line).to.match(/^nobody is logged in to Google Cloud\. Run gcloud/);
    const example = await failure(
      expectReady(await devWith(), undefined, { environment: loggedIn }),
      "deployment",
    );
    expect(example.line).to.match(
      /^settings\/dev\.yml still has the example's project\.id, state_bucket, alert_email, dashboard_viewers, budget, github\./,
    );
    const prod = await devWith({ ...mine, protectData: true });
    const without = await failure(
      expectReady(prod, undefined, { environment: loggedIn }),
      "deployment",
    );
    expect(without.line).to.match(/needs the second key\. Give --second-key my-films/);
    const wrong = await failure(
      expectReady(prod, "your-films", { environment: loggedIn }),
      "deployment",
    );
    expect(wrong.line).to.match(/^the second key names your-films/);
    await expectReady(prod, "my-films", { environment: loggedIn });
    await expectReady(prod, undefined, { environment: loggedIn, needsKey: false });
  });

  it("finds a login in each place where Google's libraries do", async () => {
    const dev = await devWith(mine);
    await withFolder(async (folder) => {
      const file = "application_default_credentials.json";
      await writeFiles(path.join(folder, ".config", "gcloud"), { [file]: "{}" });
      const key = path.join(folder, ".config", "gcloud", file);
      for (const environment of [
        { GOOGLE_CREDENTIALS: "{}" },
        { GOOGLE_APPLICATION_CREDENTIALS: key },
        { HOME: folder },
        { HOME: "/nowhere", CLOUDSDK_CONFIG: path.dirname(key) },
      ]) {
        await expectReady(dev, undefined, { environment });
      }
      await failure(
        expectReady(dev, undefined, {
          environment: { GOOGLE_APPLICATION_CREDENTIALS: `${key}.gone` },
        }),
        "deployment",
      );
    });
  });
});

describe("npm run deploy and npm run destroy", () => {
  const nobody = { ...process.env, HOME: "/nowhere", CLOUDSDK_CONFIG: "/nowhere" };

  const refusals: [string, string[], RegExp][] = [
    ["deploy.ts", ["--env", "prod", "--yes"], /^error: prod needs the second key\. /],
    ["deploy.ts", ["--env", "nowhere"], /^error: there is no settings\/nowhere\.yml\. /],
    ["deploy.ts", ["--yes"], /^error: nobody is logged in to Google Cloud\. /],
    ["destroy.ts", ["--env", "prod"], /^error: settings\/prod\.yml protects its data\. /],
    ["destroy.ts", ["--yes"], /^error: dev needs the second key\. /],
  ];
  for (const [file, args, says] of refusals) {
    it(`end in one line and code 1: ${file} ${args.join(" ")}`, async () => {
      const { code, stdout, stderr } = await runProgram(`scripts/${file}`, args, { env: nobody });
      expect([code, stdout]).to.deep.equal([1, ""]);
      expect(stderr).to.match(says);
      expect(stderr.trim().split("\n")).to.have.length(1);
    });
  }
});
