import { expect } from "chai";

import type { MarqueeError } from "../../../errors.ts";
import type { Settings } from "../../../settings/settings.ts";
import { deploy, type Stack, type Wish } from "../../../scripts/deploy/deploy.ts";
import type { Plan, ResourceChange } from "../../../scripts/deploy/plan-rules.ts";
import { devWith } from "../../support/stacks.ts";

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
    plan: async ({ isDestroy, isLocked }) => {
      await note(`plan${isDestroy ? " destroy" : ""}${isLocked ? "" : " unlocked"} ${name}`);
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
    { isDestroy: false, isPlanOnly: false, yes: false, secondKey: undefined, ...wish },
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

  it("refuses to lose a column, which Terraform calls an update, without the second key", async () => {
    const having = (...columns: string[]) => ({
      schema: JSON.stringify(columns.map((name) => ({ name, type: "STRING" }))),
    });
    const changed = (before: object, after: object): Plan => ({
      resource_changes: [change("google_bigquery_table", ["update"], { ...before }, { ...after })],
    });
    const dropped = changed(having("title", "tagline"), having("title"));
    const { did, error } = await deployed(dropped);
    expect(applied(did)).to.deep.equal([]);
    expect((error as Error).message).to.match(/would lose its column tagline$/);
    expect((await deployed(dropped, { secondKey: "example-marquee-dev" })).error).to.equal(
      undefined,
    );

    const retyped = { schema: JSON.stringify([{ name: "title", type: "INTEGER" }]) };
    expect((await deployed(changed(having("title"), retyped))).error).to.have.property(
      "message",
      "the plan is refused: google_bigquery_table.it would change title from STRING to INTEGER",
    );
    const added = changed(having("title"), having("title", "tagline"));
    expect((await deployed(added)).error).to.equal(undefined);
  });

  it("refuses what is still protected as it was deployed, whatever the keys", async () => {
    const before: Record<string, unknown>[] = [
      { deletion_protection: true },
      { force_destroy: false },
      { delete_contents_on_destroy: false },
    ];
    for (const was of before) {
      const plan = { resource_changes: [change("google_bigquery_table", ["delete"], was, null)] };
      const { did, error } = await deployed(plan, { secondKey: "example-marquee-dev" });
      expect(applied(did)).to.deep.equal([]);
      expect((error as Error).message).to.match(/is still protected as it was deployed/);
    }
  });

  it("applies a stack that only tells something else", async () => {
    const plan = { resource_changes: [], output_changes: { dashboard: { actions: ["update"] } } };
    expect(applied((await deployed(plan)).did)).to.deep.equal(["apply marquee-dev-data"]);
  });

  it("only plans when it is told to, without a lock, and still refuses", async () => {
    const { did } = await deployed(creates, { isPlanOnly: true });
    expect(did.filter((each) => each.startsWith("plan"))).to.include(
      "plan unlocked marquee-dev-data",
    );
    expect(applied(did)).to.deep.equal([]);
    const plan = { resource_changes: [change("google_storage_bucket", ["delete"])] };
    expect((await deployed(plan, { isPlanOnly: true })).error).to.be.an("error");
  });

  it("takes down what holds data or costs money, from the end, and leaves the rest", async () => {
    const gone = { resource_changes: [change("google_storage_bucket", ["delete"])] };
    const { did, error } = await deployed(gone, {
      isDestroy: true,
      secondKey: "example-marquee-dev",
      changes: { customerManagedKeys: true },
    });
    expect(error).to.equal(undefined);
    expect(did.filter((each) => each.startsWith("plan"))).to.deep.equal(
      ["compute", "data"].map((stack) => `plan destroy marquee-dev-${stack}`),
    );
  });
});
