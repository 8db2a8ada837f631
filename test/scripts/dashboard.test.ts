import { readFile, rm } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { withFolder } from "../support/folder.ts";
import { runLocally } from "../support/pipeline.ts";
import { runProgram } from "../support/program.ts";
import { tinySource } from "../support/tiny-source.ts";

const program = (...args: string[]) => runProgram("scripts/dashboard.ts", args);

describe("npm run dashboard", function () {
  this.timeout(60_000);

  it("writes a lake's dashboard anew and says where", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [await tinySource(path.join(folder, "in"))], lake });
      const file = path.join(lake, "dashboard.html");
      const before = await readFile(file, "utf8");
      await rm(path.join(lake, "current", "dashboard.html"));
      const { code, stdout } = await program("--lake", lake, "--no-open");
      expect([code, stdout.trim()]).to.deep.equal([0, file]);
      expect(await readFile(file, "utf8")).to.equal(before);
    });
  });

  it("refuses a folder without anything published, in one line", async () => {
    await withFolder(async (folder) => {
      const { code, stderr } = await program("--lake", folder, "--no-open");
      expect(code).to.equal(2);
      expect(stderr).to.match(/^error: nothing is published in .*npm run pipeline/);
      expect(stderr.trim().split("\n")).to.have.length(1);
    });
  });

  it("tells links to Looker Studio without a lake", async () => {
    const links = await program("--looker", "my-project", "--dataset", "dev_marts");
    expect(links.stdout).to.match(/ds\.projectId=my-project&ds\.datasetId=dev_marts/);
    const report = await program("--looker", "my-project", "--template", "1ab");
    expect(report.stdout.trim().split("\n")).to.have.length(1);
    expect(report.stdout).to.include("c.reportId=1ab");
  });
});
