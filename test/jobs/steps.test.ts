import { rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { answers } from "../support/answers.ts";
import { failure } from "../support/errors.ts";
import { withFolder } from "../support/folder.ts";
import { runLocally } from "../support/pipeline.ts";
import { tinySource } from "../support/tiny-source.ts";

describe("the steps of a run", () => {
  it("runs single steps, each going on with what the others left", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const whole = path.join(folder, "whole");
      await runLocally({ sources: [source], lake: whole });
      const lake = path.join(folder, "lake");
      for (const step of ["fetch", "prepare", "transform", "check", "publish"]) {
        await runLocally({ sources: [source], lake, only: [step] });
      }
      expect(await answers(lake)).to.deep.equal(await answers(whole));
      // Again on what is published, without reading a file.
      await runLocally({ sources: [source], lake, only: ["transform", "check", "publish"] });
      expect(await answers(lake)).to.deep.equal(await answers(whole));
    });
  });

  it("refuses a step whose inputs are not there, and says which step makes them", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      const only = (step: string): Promise<unknown> =>
        runLocally({ sources: [source], lake, only: [step] });
      expect((await failure(only("transform"), "usage")).line).to.include("step prepare first");
      await only("prepare");
      expect((await failure(only("check"), "usage")).line).to.include("step transform first");
      await only("transform");
      expect((await failure(only("publish"), "usage")).line).to.include("step check first");
    });
  });

  it("publishes no table that was not whole and checked since it was made", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      const run = (only: string[]): Promise<unknown> =>
        runLocally({ sources: [source], lake, only });
      await runLocally({ sources: [source], lake });
      await run(["transform"]);
      expect((await failure(run(["publish"]), "usage")).line).to.include("step check first");

      await run(["check"]);
      const damaged = path.join(lake, "work", "staging", "links", "part-00000.parquet");
      await rm(damaged);
      await writeFile(damaged, "not Parquet");
      expect((await failure(run(["transform"]), "lake")).line).to.include(
        "links/part-00000.parquet is damaged",
      );
      expect((await failure(run(["publish"]), "usage")).line).to.include("step check first");
    });
  });

  it("tells of the sources that the tables come from, whoever made them", async () => {
    await withFolder(async (folder) => {
      const source = await tinySource(path.join(folder, "in"));
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [source], lake, only: ["prepare"] });
      const only = ["transform", "check", "publish"];
      const { record } = await runLocally({ sources: ["sample"], lake, only });
      expect(record.sources).to.deep.equal([source]);
    });
  });
});
