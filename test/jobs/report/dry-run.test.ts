import { readdir } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { withFolder } from "../../support/folder.ts";
import { runProgram } from "../../support/program.ts";
import { tinySource } from "../../support/tiny-source.ts";

async function told(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram("jobs/pipeline.ts", args);
  expect([code, stderr]).to.deep.equal([0, ""]);
  return stdout;
}

describe("--dry-run", () => {
  it("promises nothing of the steps that are left out", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const of = (...args: string[]): Promise<string> =>
        told(...args, "--lake", path.join(folder, "lake"), "--dry-run");
      expect(await of("--from", "transform")).to.equal(
        "nothing is fetched or read: the steps fetch and prepare are left out\n",
      );
      const preparing = await of("--only", "prepare", "--source", "kaggle", "--source", source);
      expect(preparing).to.match(/^kaggle: nothing is fetched, the step fetch is left out\n\n/);
      expect(preparing).to.include(`${source}: read in place, nothing is fetched\n  `);
      const fetching = await of("--only", "fetch", "--source", "kaggle");
      expect(fetching).to.match(/^ {2}size {5}about \d+\.\d MB, 944\.0 MB unpacked$/m);
      expect(await readdir(folder)).to.deep.equal(["in"]);
    });
  });

  it("is explained as what it says on each target", async () => {
    const help = (await told("--help")).replace(/\s+/g, " ");
    expect(help).to.match(/--dry-run say what would be fetched, .* sent, run and loaded, .* price/);
  });
});
