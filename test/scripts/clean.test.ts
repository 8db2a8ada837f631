import { existsSync } from "node:fs";
import { link, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { clean } from "../../scripts/clean/clean.ts";
import { readState } from "../../jobs/lake/state.ts";
import { inUnits } from "../../jobs/report/transfer.ts";
import { answers } from "../support/answers.ts";
import { catalog } from "../support/catalog.ts";
import { cleaned, kilobytes, planned, publishedLake, untidyLake } from "../support/cleaning.ts";
import { failure } from "../support/errors.ts";
import { withFolder, writeFiles } from "../support/folder.ts";
import { fileOf, leaveClaim, traceOf } from "../support/lake-leftovers.ts";
import { runLocally } from "../support/pipeline.ts";
import { runProgram } from "../support/program.ts";
import { askWarehouse } from "../support/warehouse.ts";

describe("the cleaning of a lake", () => {
  it("removes what no published table needs, and no answer", async () => {
    await withFolder(async (folder) => {
      const { lake, source } = await untidyLake(folder);
      const killed = await leaveClaim(lake);
      const before = await answers(lake);
      const { prepared } = (await readState(path.join(lake, "work", "lake.json")))!;
      const text = await cleaned(lake);
      const reasons = [
        new RegExp(`work/ +unfinished tables of run ${prepared!.runId} +\\d+ kB`),
        /versions\/20000101T000000Z-0ad0\/ +not the version that readers see +3 kB/,
        /versions\/20000101T000000Z-0ad0\.next\/ +a version that was never finished +1 kB/,
        /current\.next +a run was killed while it published +1 kB/,
        /versions\/01234567-.*\.claim +a claim on the lake that never counted +1 kB/,
        /versions\/0123456789abcdef\.heir +a claim on the lake that never counted +1 kB/,
        /raw\/fred\/ +the published tables were not made from it +8 kB/,
        /raw\/films\.zip\.unpacked\/ +the published tables were not made from it +14 kB/,
        /raw\/kaggle\.next\/ +a download that broke off; a fetch would go on +12 kB/,
        new RegExp(`lock\\.json +the process of run ${killed.runId} is dead +1 kB`),
        /Mind: a run can still go on from work\/: npm run pipeline -- --from check --lake /,
        /Mind: without lock\.json no later run tells in ops that 20000101T000000Z-dead was killed/,
        /\nRemoved; \d+ kB are free again\.$/,
      ];
      for (const reason of reasons) expect(text).to.match(reason);
      expect(text).not.to.include("left alone");

      expect((await readdir(lake)).sort()).to.deep.equal([
        ...["core", "current", "dashboard.html", "marts", "ops", "raw", "staging", "versions"],
        "warehouse.duckdb",
      ]);
      expect(await readdir(path.join(lake, "raw"))).to.deep.equal([]);
      expect(await readdir(path.join(lake, "versions"))).to.have.length(1);
      expect(await answers(lake)).to.deep.equal(before);
      expect(await cleaned(lake)).to.equal(`Nothing to remove in ${lake}.`);

      await runLocally({ sources: [source], lake });
      expect(await answers(lake)).to.deep.equal(before);
      const told = await askWarehouse(
        path.join(lake, "warehouse.duckdb"),
        "select status from ops.runs order by started_at",
      );
      expect(told.flat()).to.deep.equal(["succeeded", "failed", "succeeded"]);
    });
  });

  it("removes nothing unless a person agrees", async () => {
    await withFolder(async (folder) => {
      const { lake } = await untidyLake(folder);
      await leaveClaim(lake);
      const before = await traceOf(lake);
      const { code, stdout, stderr } = await runProgram("scripts/clean.ts", ["--lake", lake]);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
      expect(stdout).to.match(/\nwork\/ +unfinished tables/);
      expect(stdout).to.match(
        /Nothing was removed\. To agree: npm run clean -- --lake .* --yes\n$/,
      );
      expect(await traceOf(lake)).to.deep.equal(before);
      expect(await cleaned(lake, false)).to.match(/\nNothing was removed\.$/);
      expect(await traceOf(lake)).to.deep.equal(before);

      expect(await cleaned(lake, true)).to.match(/Removed/);
      expect(existsSync(path.join(lake, "work"))).to.be.false;
      await mkdir(path.join(lake, "work"));
      const agreed = await runProgram("scripts/clean.ts", ["--lake", lake, "--yes"]);
      expect(agreed.stdout).to.match(/Removed; 0 kB are free again\.\n$/);
      expect(existsSync(path.join(lake, "work"))).to.be.false;
    });
  });

  it("counts only bytes that come free: not those of a file that has another name", async () => {
    await withFolder(async (folder) => {
      const { lake, source } = await publishedLake(folder);
      const none = async (): Promise<number> =>
        (await planned(lake)).freed.reduce((sum, bytes) => sum + bytes, 0);
      // The work of this run is the published tables under second names.
      await runLocally({ sources: [source], lake, only: ["check"] });
      const file = await fileOf(lake, "work", "marts", "genre_popularity");
      expect((await stat(file)).nlink).to.be.above(1);
      const state = (await stat(path.join(lake, "work", "lake.json"))).size;
      expect(await none()).to.equal(state);

      const [old, older] = ["20000101T000000Z-0001", "20000101T000000Z-0002"].map((name) =>
        path.join(lake, "versions", name, "marts"),
      );
      await writeFiles(old!, { a: kilobytes(5), b: kilobytes(2) });
      await mkdir(older!, { recursive: true });
      await link(path.join(old!, "a"), path.join(older!, "a"));
      await link(path.join(old!, "b"), path.join(folder, "b"));
      const plan = await planned(lake);
      const freedBy = Object.fromEntries(
        plan.leftovers.map(({ name }, index) => [name, plan.freed[index]]),
      );
      // Both names of a go, and one name of b stays.
      expect(freedBy).to.deep.equal({
        "work/": state,
        "versions/20000101T000000Z-0001/": 5000,
        "versions/20000101T000000Z-0002/": 0,
      });
      expect(await cleaned(lake)).to.include(`Removed; ${inUnits(5000 + state)} are free`);
    });
  });

  it("refuses a lake that a run holds, and holds it itself", async () => {
    await withFolder(async (folder) => {
      const { lake, source } = await untidyLake(folder);
      await leaveClaim(lake, { processId: 1, host: "elsewhere" });
      const before = await traceOf(lake);
      const line =
        /in use by run 20000101T000000Z-dead \(process 1 on elsewhere, since 2000-.*npm run runs/;
      expect((await failure(cleaned(lake), "lake")).line).to.match(line);
      const program = await runProgram("scripts/clean.ts", ["--lake", lake, "--yes"]);
      expect(program.code).to.equal(6);
      expect(program.stderr).to.match(line);
      expect(await traceOf(lake)).to.deep.equal(before);
      await rm(path.join(lake, "lock.json"));

      // A run that began while the person was thinking.
      const { datasets } = await catalog();
      const late = clean(lake, false, datasets, {
        tell: () => undefined,
        confirm: async () => {
          await leaveClaim(lake, { processId: 1, host: "elsewhere" });
          return true;
        },
      });
      await failure(late, "lake");
      expect(existsSync(path.join(lake, "work"))).to.be.true;
      expect(existsSync(path.join(lake, "lock.json"))).to.be.true;
      await rm(path.join(lake, "lock.json"));

      // One that came and went: what it left was not shown.
      const unseen = clean(lake, false, datasets, {
        tell: () => undefined,
        confirm: async () => {
          await writeFiles(lake, { "versions/20010101T000000Z-0001/a": "new" });
          return true;
        },
      });
      await unseen;
      expect(await readdir(path.join(lake, "versions"))).to.include("20010101T000000Z-0001");
      expect(existsSync(path.join(lake, "work"))).to.be.false;
      await runLocally({ sources: [source], lake });
    });
  });

  it("holds the lake while it removes, and no longer", async () => {
    await withFolder(async (folder) => {
      const { lake } = await untidyLake(folder);
      let isHeld = false;
      const isThere = (name: string): boolean => existsSync(path.join(lake, name));
      const looking = setInterval(() => {
        isHeld ||= isThere("lock.json") && isThere("work");
      }, 1);
      for (let count = 0; count < 300; count++) {
        await writeFile(path.join(lake, "work", "spill", `${count}`), "");
      }
      await cleaned(lake);
      clearInterval(looking);
      expect([isHeld, isThere("lock.json"), isThere("work")]).to.deep.equal([true, false, false]);
    });
  });
});
