import { readFile, rm } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { withFolder, writeFiles } from "../support/folder.ts";
import { runLocally } from "../support/pipeline.ts";
import { root, runProgram } from "../support/program.ts";
import { tinySource } from "../support/tiny-source.ts";
import { withVariables } from "../support/variables.ts";

const program = (...args: string[]) => runProgram("scripts/dashboard.ts", args);

describe("npm run dashboard", () => {
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

  describe("with --looker", () => {
    const linksOf = async (...args: string[]): Promise<URLSearchParams[]> => {
      const { code, stdout, stderr } = await program("--looker", ...args);
      expect([code, stderr]).to.deep.equal([0, ""]);
      return (stdout.match(/https:\S+/g) ?? []).map((link) => new URL(link).searchParams);
    };

    it("tells a link for each table of the environment, without a lake", async () => {
      const links = await linksOf("my-project");
      expect(links).to.have.length(14);
      expect(new Set(links.map((link) => link.get("ds.datasetId")))).to.have.keys(
        "marquee_dev_marts",
      );
      expect(links[0]?.get("ds.projectId")).to.equal("my-project");
      expect(links[0]?.get("ds.billingProjectId")).to.equal("my-project");
    });

    it("takes project and dataset from --env", async () => {
      const [link] = await linksOf("--env", "prod");
      expect(link?.get("ds.projectId")).to.equal("example-marquee-prod");
      expect(link?.get("ds.datasetId")).to.equal("marquee_prod_marts");
    });

    it("takes what is said on the command line before the settings", async () => {
      const [link] = await linksOf("my-project", "--dataset", "other_marts", "--billing", "payer");
      expect(link?.get("ds.datasetId")).to.equal("other_marts");
      expect(link?.get("ds.billingProjectId")).to.equal("payer");
      const reports = await linksOf("my-project", "--template", "1ab");
      expect(reports.map((report) => report.get("c.reportId"))).to.deep.equal(["1ab"]);
    });

    it("opens the report that the settings of MARQUEE_ENV name", async () => {
      const dev = await readFile(path.join(root, "settings", "dev.yml"), "utf8");
      await withFolder(async (folder) => {
        await writeFiles(folder, { "own.yml": `${dev}looker_report: 2-cd\n` });
        const variables = { MARQUEE_SETTINGS: folder, MARQUEE_ENV: "own" };
        await withVariables(variables, async () => {
          const reports = await linksOf();
          expect(reports.map((report) => report.get("c.reportId"))).to.deep.equal(["2-cd"]);
          const [report] = reports;
          expect(report?.get("ds.genre_earnings.projectId")).to.equal("example-marquee-dev");
          expect(report?.get("ds.genre_earnings.datasetId")).to.equal("marquee_own_marts");
          const [other] = await linksOf("--template", "1ab");
          expect(other?.get("c.reportId")).to.equal("1ab");
        });
      });
    });
  });

  it("refuses what only a link to Looker Studio needs", async () => {
    const { code, stderr } = await program("--env", "prod", "--no-open");
    expect([code, stderr]).to.deep.equal([
      2,
      "error: --env is of the links to Looker Studio. Give --looker too\n",
    ]);
  });
});
