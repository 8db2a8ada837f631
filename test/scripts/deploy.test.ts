import path from "node:path";

import { expect } from "chai";

import type { MarqueeError } from "../../errors.ts";
import type { Settings } from "../../settings/settings.ts";
import { deploy, type Stack, type Wish } from "../../scripts/deploy/deploy.ts";
import type { Plan, ResourceChange } from "../../scripts/deploy/plan-rules.ts";
import { expectReady } from "../../scripts/deploy/preflight.ts";
import { failure } from "../support/errors.ts";
import { withFolder, writeFiles } from "../support/folder.ts";
import { runProgram } from "../support/program.ts";
import { devWith } from "../support/stacks.ts";

type Actions = ResourceChange["change"]["actions"];

const change = (
  type: string,
  actions: Actions,
  before: Record<string, unknown> | null = {},
  after: Record<string, unknown> | null = {},
): ResourceChange => ({ address: `${type}.it`, type, change: { actions, before, after } });

const creates: Plan = { resource_changes: [change("google_storage_bucket", ["create"], null)] };

/** Runs a deployment over made-up plans, all for the stack of the data. */
async function deployed(
  plan: Plan,
  {
    changes = {},
    agrees = true,
    ...wish
  }: Partial<Wish> & {
    changes?: Partial<Settings>;
    agrees?: boolean | undefined;
  } = {},
): Promise<{ did: string[]; told: string[]; error: unknown }> {
  const did: string[] = [];
  const told: string[] = [];
  const stackOf = (name: string): Stack => ({
    init: () => note(`init ${name}`),
    plan: async (isDestroy) => {
      await note(`plan${isDestroy ? " destroy" : ""} ${name}`);
      return name.endsWith("-data") ? plan : { resource_changes: [] };
    },
    apply: () => note(`apply ${name}`),
  });
  const note = (what: string): Promise<void> => {
    did.push(what);
    return Promise.resolve();
  };
  const error = await deploy(
    await devWith(changes),
    { isDestroy: false, yes: false, secondKey: undefined, ...wish },
    stackOf,
    {
      tell: (text) => told.push(text),
      confirm: () => Promise.resolve(agrees),
    },
  ).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { did, told, error };
}

const applied = (did: string[]): string[] => did.filter((each) => each.startsWith("apply"));

describe("a deployment", () => {
  it("plans every stack before it applies any, and applies only what changes", async () => {
    const { did, told, error } = await deployed(creates);
    expect(error).to.equal(undefined);
    expect(did).to.deep.equal([
      ...["identity", "data", "compute", "operations"].flatMap((stack) => [
        `init marquee-dev-${stack}`,
        `plan marquee-dev-${stack}`,
      ]),
      "apply marquee-dev-data",
    ]);
    expect(told[0]).to.equal("marquee-dev-data: 1 made, 0 changed, 0 removed");
  });

  it("says that there is nothing to do, and asks nobody", async () => {
    const plan = { resource_changes: [change("google_storage_bucket", ["no-op"])] };
    const { did, told, error } = await deployed(plan, { agrees: false });
    expect([applied(did), told, error]).to.deep.equal([
      [],
      ["nothing to do: all is as declared"],
      undefined,
    ]);
  });

  it("applies nothing unless a person agrees", async () => {
    const { did, error } = await deployed(creates, { agrees: false });
    expect(applied(did)).to.deep.equal([]);
    expect((error as Error).message).to.equal("nobody agreed, so nothing was changed");
    expect(applied((await deployed(creates, { agrees: false, yes: true })).did)).to.have.length(1);
  });

  const losses: [string, Actions][] = [
    ["google_storage_bucket", ["delete"]],
    ["google_bigquery_dataset", ["delete", "create"]],
    ["google_bigquery_table", ["create", "delete"]],
    ["google_kms_crypto_key", ["delete"]],
  ];
  for (const [type, actions] of losses) {
    it(`refuses to lose a ${type} (${actions.join(", ")}) without the second key`, async () => {
      const plan = { resource_changes: [change(type, actions)] };
      const { did, error } = await deployed(plan);
      expect(applied(did)).to.deep.equal([]);
      expect((error as Error).message).to.match(
        new RegExp(`^the plan is refused: ${type}\\.it would be (destroyed|replaced)`),
      );
      const withKey = await deployed(plan, { secondKey: "example-marquee-dev" });
      expect([applied(withKey.did).length, withKey.error]).to.deep.equal([1, undefined]);
      const protectedOne = await deployed(plan, {
        secondKey: "example-marquee-dev",
        changes: { protectData: true },
      });
      expect(applied(protectedOne.did)).to.deep.equal([]);
      expect((protectedOne.error as MarqueeError).next).to.match(
        /^Two keys open it: deploy protect_data: false/,
      );
    });
  }

  it("lets compute come and go", async () => {
    const plan = { resource_changes: [change("google_dataproc_cluster", ["delete", "create"])] };
    expect((await deployed(plan)).error).to.equal(undefined);
  });

  it("refuses another partition, which BigQuery cannot give a table, whatever the keys", async () => {
    const by = (type: string, field = "rated_month") => ({ time_partitioning: [{ type, field }] });
    const cases = [
      [by("MONTH"), by("DAY")],
      [by("MONTH"), by("MONTH", "rated_at")],
      [by("MONTH"), { time_partitioning: [] }],
      [{ time_partitioning: [] }, by("MONTH")],
    ] as const;
    for (const [before, after] of cases) {
      const plan = {
        resource_changes: [change("google_bigquery_table", ["update"], before, after)],
      };
      const { did, error } = await deployed(plan, { secondKey: "example-marquee-dev" });
      expect(applied(did)).to.deep.equal([]);
      expect((error as Error).message).to.match(/is partitioned .* cannot become /);
    }
    const same = change("google_bigquery_table", ["update"], by("MONTH"), by("MONTH"));
    expect((await deployed({ resource_changes: [same] })).error).to.equal(undefined);
  });

  it("takes down from the end, and leaves the keys", async () => {
    const gone = { resource_changes: [change("google_storage_bucket", ["delete"])] };
    const { did, error } = await deployed(gone, {
      isDestroy: true,
      secondKey: "example-marquee-dev",
      changes: { customerManagedKeys: true },
    });
    expect(error).to.equal(undefined);
    expect(did.filter((each) => each.startsWith("plan"))).to.deep.equal(
      ["operations", "compute", "data", "identity"].map(
        (stack) => `plan destroy marquee-dev-${stack}`,
      ),
    );
  });
});

describe("what a deployment needs", () => {
  const mine = { project: { id: "my-films", number: 1 } };
  const loggedIn = { GOOGLE_OAUTH_ACCESS_TOKEN: "t" };

  it("is a login, own settings, and in a protected environment the second key", async () => {
    const dev = await devWith(mine);
    await expectReady(dev, undefined, loggedIn);
    const nobody = await failure(expectReady(dev, undefined, { HOME: "/nowhere" }), "deployment");
    expect(nobody.line).to.match(/^nobody is logged in to Google Cloud\. Run gcloud/);
    const example = await failure(expectReady(await devWith(), undefined, loggedIn), "deployment");
    expect(example.line).to.match(/^settings\/dev\.yml still names the example project/);
    const prod = await devWith({ ...mine, protectData: true });
    const without = await failure(expectReady(prod, undefined, loggedIn), "deployment");
    expect(without.line).to.match(/needs the second key\. Give --second-key my-films/);
    const wrong = await failure(expectReady(prod, "your-films", loggedIn), "deployment");
    expect(wrong.line).to.match(/^the second key names your-films/);
    await expectReady(prod, "my-films", loggedIn);
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
        await expectReady(dev, undefined, environment);
      }
      await failure(
        expectReady(dev, undefined, { GOOGLE_APPLICATION_CREDENTIALS: `${key}.gone` }),
        "deployment",
      );
    });
  });
});

describe("npm run deploy and npm run destroy", function () {
  this.timeout(60_000);
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
