import path from "node:path";

import { expect } from "chai";

import { stacksOf } from "../../stacks/platform.ts";
import { readSettings } from "../../settings/read-settings.ts";
import { mockTestOf } from "../support/deploy/assertions.ts";
import { describeWithTerraform } from "../support/deploy/describe.ts";
import { resourcesOf, type StackJson } from "../support/deploy/rewriting.ts";
import { stacksFor, Workspace } from "../support/deploy/workspace.ts";

const notTested =
  "whether Terraform takes the stacks, and what a plan with a mocked provider promises";

for (const environment of ["dev", "prod"]) {
  describeWithTerraform(`the stacks of ${environment} in Terraform`, notTested, (shared) => {
    let stacks: Map<string, StackJson>;

    before(async () => {
      stacks = await stacksFor(shared.folder, environment);
    });

    it("are those that are deployed", async () => {
      const deployed = stacksOf(await readSettings(environment));
      expect([...stacks.keys()]).to.have.members(deployed);
    });

    it("are valid", async () => {
      for (const [name, stack] of stacks) {
        const workspace = new Workspace(path.join(shared.folder, name));
        await workspace.write(stack);
        await workspace.init();
        const said = JSON.parse((await workspace.run("validate", "-json")).stdout) as Validated;
        expect(
          said.diagnostics.map(({ summary, detail }) => `${summary}: ${detail}`),
          name,
        ).to.be.empty;
        expect(said.valid, name).to.be.true;
      }
    });

    it("are made from nothing, each resource of them", async () => {
      for (const [name, stack] of stacks) {
        const changes = await new Workspace(path.join(shared.folder, name)).plan();
        const declared = resourcesOf(stack).map(({ address }) => address);
        expect(
          changes.map(({ address }) => address),
          name,
        ).to.have.members(declared);
        expect(new Set(changes.map(({ actions }) => actions)), name).to.have.all.keys("create");
      }
    });

    it("keep their promises in a plan that asks nobody", async () => {
      for (const [name, stack] of stacks) {
        const workspace = new Workspace(path.join(shared.folder, name));
        await workspace.put("promises.tftest.json", mockTestOf(stack));
        const said = await workspace.must("test", "-no-color");
        expect(said, name).to.include("1 passed, 0 failed");
      }
    });
  });
}

describeWithTerraform("the promises of a plan", "whether a broken one is seen", (shared) => {
  it("are seen when they are broken", async () => {
    const stack = [...(await stacksFor(shared.folder, "dev")).values()].find(
      ({ resource }) => resource["google_storage_bucket"] !== undefined,
    )!;
    const buckets = resourcesOf(stack).filter(({ type }) => type === "google_storage_bucket");
    for (const { resource } of buckets) resource["public_access_prevention"] = "inherited";
    const table = resourcesOf(stack).find(({ resource }) => "time_partitioning" in resource)!;
    table.resource["time_partitioning"] = { type: "MONTH", field: "no_such_column" };

    const workspace = new Workspace(path.join(shared.folder, "broken"));
    await workspace.write(stack);
    await workspace.init();
    await workspace.put("promises.tftest.json", mockTestOf(stack));
    const { code, stdout } = await workspace.run("test", "-json");
    expect(code).not.to.equal(0);
    const said = stdout.split("\n").filter((line) => line !== "");
    const broken = said.flatMap((line) => (JSON.parse(line) as Said).diagnostic?.detail ?? []);
    expect(broken).to.have.members([
      ...buckets.map(({ address }) => `broken: ${address} is not public`),
      `broken: ${table.address} is partitioned by a column that it has`,
    ]);
  });
});

/** A line of what Terraform says to programs. */
interface Said {
  diagnostic?: { detail: string };
}

interface Validated {
  valid: boolean;
  diagnostics: { summary: string; detail: string }[];
}
