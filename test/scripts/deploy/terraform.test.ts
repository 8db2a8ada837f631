import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { Terraform } from "../../../scripts/deploy/terraform.ts";
import { failure } from "../../support/errors.ts";
import { withFolder } from "../../support/folder.ts";

/** Stands in for Terraform: notes where and how it was started, and answers `show` with a plan. */
const double = `#!/bin/sh
echo "$(basename "$PWD") $* $CHECKPOINT_DISABLE" >> "$CALLS"
case "$1" in
  show) echo '{"resource_changes":[]}' ;;
  apply) printf '\\033[31m╷\\033[0m\\n│ Error: bucket is taken\\n│   in another project\\n╵\\n' >&2; exit 1 ;;
esac
`;

async function withDouble(
  work: (stack: Terraform, calls: () => Promise<string[]>) => Promise<void>,
) {
  await withFolder(async (folder) => {
    const binary = path.join(folder, "terraform-double");
    await writeFile(binary, double);
    await chmod(binary, 0o755);
    await mkdir(path.join(folder, "stacks", "films-data"), { recursive: true });
    const before = { ...process.env };
    process.env["TERRAFORM_BINARY_NAME"] = binary;
    process.env["CALLS"] = path.join(folder, "calls");
    try {
      await work(new Terraform("films-data", folder), async () =>
        (await readFile(path.join(folder, "calls"), "utf8")).trim().split("\n"),
      );
    } finally {
      process.env = before;
    }
  });
}

describe("Terraform in a stack's folder", () => {
  it("applies the very plan that was looked at", async () => {
    await withDouble(async (stack, calls) => {
      await stack.init();
      expect(await stack.plan({ isDestroy: false, isLocked: true })).to.deep.equal({
        resource_changes: [],
      });
      await stack.apply().catch(() => undefined);
      expect(await calls()).to.deep.equal([
        "films-data init -input=false -no-color 1",
        "films-data plan -input=false -out=plan.tfplan 1",
        "films-data show -json plan.tfplan 1",
        "films-data apply -input=false plan.tfplan 1",
      ]);
    });
  });

  it("plans to destroy when it is told to", async () => {
    await withDouble(async (stack, calls) => {
      await stack.plan({ isDestroy: true, isLocked: false });
      expect((await calls())[0]).to.include("-destroy -lock=false");
    });
  });

  it("tells in one line what failed", async () => {
    await withDouble(async (stack) => {
      const { line } = await failure(stack.apply(), "deployment");
      expect(line).to.match(
        /^terraform apply of films-data failed: Error: bucket is taken in another project\. Mend it/,
      );
    });
  });

  it("says what to install where there is none", async () => {
    await withFolder(async (folder) => {
      await mkdir(path.join(folder, "stacks", "films-data"), { recursive: true });
      const before = process.env["TERRAFORM_BINARY_NAME"];
      process.env["TERRAFORM_BINARY_NAME"] = path.join(folder, "absent");
      try {
        const { line } = await failure(new Terraform("films-data", folder).init(), "deployment");
        expect(line).to.match(/absent cannot be started\. Install Terraform 1\.7 or newer/);
      } finally {
        if (before === undefined) delete process.env["TERRAFORM_BINARY_NAME"];
        else process.env["TERRAFORM_BINARY_NAME"] = before;
      }
    });
  });
});
