import path from "node:path";

import { expect } from "chai";

import { exitCodes } from "../../../errors.ts";
import { withFolder } from "../../support/folder.ts";
import { type Outcome, runProgram } from "../../support/program.ts";
import { tinySource } from "../../support/tiny-source.ts";

type Line = Record<string, unknown>;

const idForm = /^\d{8}T\d{6}Z-[0-9a-f]{4}$/;

const pipeline = (...args: string[]): Promise<Outcome> => runProgram("jobs/pipeline.ts", args);

function linesOf(stdout: string): Line[] {
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Line);
}

describe("what a run says with --log json", () => {
  it("says once that it failed: which run, in which step", async () => {
    await withFolder(async (folder) => {
      const faulty = { "links.csv": "movieId,imdbId\n1,1\n" };
      const source = await tinySource(path.join(folder, "in"), faulty);
      const args = ["--source", source, "--lake", path.join(folder, "lake")];
      const { code, stdout, stderr } = await pipeline(...args, "--log", "json");
      expect(code).to.equal(exitCodes.input);
      expect(stderr).to.equal("");
      const errors = linesOf(stdout).filter(({ severity }) => severity === "ERROR");
      expect(errors).to.have.length(1);
      expect(errors[0]).to.include({ reason: "input", step: "prepare" });
      expect(errors[0]?.["run_id"]).to.match(idForm);
      expect(errors[0]?.["message"]).to.match(/links\.csv: its header lacks the column tmdbId/);

      const inText = await pipeline(...args);
      const told = inText.stderr.split("\n").filter((line) => line.startsWith("error: "));
      expect(told).to.deep.equal([`error: ${String(errors[0]?.["message"])}`]);
      expect(inText.stdout).to.equal("");
    });
  });

  it("names no step where none had begun, and no run where none was", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const inFile = ["--source", source, "--lake", path.join(source, "links.csv", "lake")];
      const unopened = linesOf((await pipeline(...inFile, "--log", "json")).stdout);
      expect(unopened).to.have.length(1);
      expect(unopened[0]?.["run_id"]).to.match(idForm);
      expect(unopened[0]).not.to.have.property("step");

      const unknown = linesOf((await pipeline("--source", "none", "--log", "json")).stdout);
      expect(unknown).to.have.length(1);
      expect(unknown[0]).to.include({ severity: "ERROR", reason: "usage" });
      expect(unknown[0]).not.to.have.any.keys("run_id", "step");
    });
  });

  it("tells at the end where the dashboard is, if it has published one", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      const args = ["--lake", lake, "--log", "json"];
      const whole = linesOf((await pipeline("--source", source, ...args)).stdout).at(-1);
      expect(whole).to.deep.include({
        message: "finished",
        published: true,
        dashboard: path.join(lake, "dashboard.html"),
      });
      expect(whole).not.to.have.property("looker_links");

      const part = linesOf((await pipeline("--only", "check", ...args)).stdout).at(-1);
      expect(part).to.include({ message: "finished", published: false });
      expect(part).not.to.have.property("dashboard");
    });
  });
});
