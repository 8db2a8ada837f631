import path from "node:path";

import { expect } from "chai";

import type { Catalog } from "../../sql/catalog/catalog.ts";
import type { Table } from "../../sql/catalog/types.ts";
import { catalog } from "../support/catalog.ts";
import { describeOnDoubles, type WithDoubles } from "../support/deploy/describe.ts";
import { onDoubles, onlyOf, resourcesOf, type StackJson } from "../support/deploy/rewriting.ts";
import { stacksFor, Workspace } from "../support/deploy/workspace.ts";

const notTested =
  "whether what was applied stays as it is, takes a column more in place, is destroyed or protected";

/** Of the services that have a double. */
const types = {
  data: [
    "google_storage_bucket",
    "google_storage_bucket_iam_member",
    "google_bigquery_dataset",
    "google_bigquery_table",
  ],
  compute: ["google_dataproc_cluster", "google_dataproc_autoscaling_policy"],
};

type Part = keyof typeof types;

/** A folder for each part of an environment, in which its state stays from test to test. */
function workspaceOf({ folder }: WithDoubles, environment: string, part: Part): Workspace {
  return new Workspace(path.join(folder, `${environment}-${part}`));
}

async function stackOf(
  { folder, doubles }: WithDoubles,
  environment: string,
  part: Part,
  change: { catalog?: Catalog } = {},
): Promise<StackJson> {
  const stacks = await stacksFor(folder, environment, change);
  const [, stack] = [...stacks].find(([name]) => name.endsWith(`-${part}`))!;
  return onDoubles(onlyOf(stack, types[part]), doubles.origin);
}

const changing = "genre_popularity";

/** The catalogue with other columns in one table. */
async function withColumns(change: (columns: Table["columns"]) => Table["columns"]) {
  const whole = await catalog();
  const tables = whole.tables.map((table) =>
    table.name === changing ? { ...table, columns: change(table.columns) } : table,
  );
  return { catalog: { ...whole, tables } };
}

describeOnDoubles("a life of the stacks on doubles of Google Cloud", notTested, (shared) => {
  for (const environment of ["dev", "prod"]) {
    for (const part of ["data", "compute"] as const) {
      it(`${environment}'s ${part} stays as it was applied`, async () => {
        const workspace = workspaceOf(shared, environment, part);
        const stack = await stackOf(shared, environment, part);
        await workspace.write(stack);
        await workspace.init();
        const made = await workspace.plan();
        expect(made.map(({ address, actions }) => `${actions} ${address}`)).to.have.members(
          resourcesOf(stack).map(({ address }) => `create ${address}`),
        );
        await workspace.apply();
        expect(await workspace.plan()).to.deep.equal([]);
      });
    }

    it(`${environment}'s table takes a column more in place, and no other one changes`, async () => {
      const added = await withColumns((columns) => [...columns, { ...columns[0]!, name: "added" }]);
      const workspace = workspaceOf(shared, environment, "data");
      await workspace.write(await stackOf(shared, environment, "data", added));
      const [change, ...others] = await workspace.plan();
      expect(others).to.deep.equal([]);
      expect(change).to.deep.include({ actions: "update", changed: ["schema"] });
      expect(change?.address).to.match(new RegExp(`^google_bigquery_table\\..*-${changing}_`));
      await workspace.apply();
      expect(await workspace.plan()).to.deep.equal([]);
    });
  }

  it("dev is destroyed whole, with the objects that its buckets hold", async () => {
    const { storage, dataproc } = shared.doubles;
    const { items } = (await asked(`${storage}/storage/v1/b`)) as { items: { name: string }[] };
    const [bucket] = items.filter(({ name }) => name.includes("-dev-"));
    await asked(
      `${storage}/upload/storage/v1/b/${bucket!.name}/o?uploadType=media&name=raw/films`,
      {
        method: "POST",
        body: "movieId",
      },
    );
    for (const part of ["compute", "data"] as const) {
      const workspace = workspaceOf(shared, "dev", part);
      const changes = await workspace.plan("-destroy");
      expect(new Set(changes.map(({ actions }) => actions))).to.have.all.keys("delete");
      await workspace.apply();
      expect(await workspace.must("state", "list")).to.equal("");
    }
    expect(JSON.stringify(await asked(`${storage}/storage/v1/b`))).not.to.include("-dev-");
    expect([...dataproc.clusters.keys()].join()).to.match(/^[^,]*-prod-[^,]*$/);
  });

  it("prod's buckets and datasets are not destroyed", async () => {
    const stack = await stackOf(shared, "prod", "data");
    const workspace = workspaceOf(shared, "prod", "data");
    await workspace.write(stack);
    const { code, stdout } = await workspace.run("plan", "-destroy", "-json");
    expect(code).not.to.equal(0);
    const refused = stdout
      .split("\n")
      .filter((line) => line.includes('"Instance cannot be destroyed"'))
      .map((line) => /Resource (\w+\.[\w-]+) has/.exec(line)?.[1]);
    const holders = resourcesOf(stack)
      .filter(({ type }) => ["google_storage_bucket", "google_bigquery_dataset"].includes(type))
      .map(({ address }) => address);
    expect(refused).to.have.members(holders);
  });

  it("prod's table is not replaced, although it is planned", async () => {
    const other = await withColumns(([first, ...rest]) => [{ ...first!, type: "DATE" }, ...rest]);
    const workspace = workspaceOf(shared, "prod", "data");
    await workspace.write(await stackOf(shared, "prod", "data", other));
    const changes = await workspace.plan();
    expect(changes.map(({ actions }) => actions)).to.deep.equal(["delete, create"]);
    const { code, stderr } = await workspace.run("apply", "-no-color", "plan");
    expect(code).not.to.equal(0);
    expect(stderr).to.include("deletion_protection");
  });

  it("asked for nothing that has no double", () => {
    expect(shared.doubles.unknown).to.deep.equal([]);
  });
});

async function asked(address: string, options: RequestInit = {}): Promise<unknown> {
  const response = await fetch(address, options);
  expect(response.status, address).to.equal(200);
  return response.json();
}
