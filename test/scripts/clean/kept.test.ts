import { existsSync } from "node:fs";
import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { answers } from "../../support/answers.ts";
import { cleaned, planned, publishedLake, untidyLake } from "../../support/cleaning.ts";
import { failure } from "../../support/errors.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";
import { traceOf } from "../../support/lake-leftovers.ts";
import { runLocally } from "../../support/pipeline.ts";
import { runProgram } from "../../support/program.ts";
import { tinySource } from "../../support/tiny-source.ts";

describe("what the cleaning of a lake leaves", () => {
  it("keeps the raw files that the published tables were made from", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      await runLocally({ sources: ["sample"], lake });
      const raw = path.join(lake, "raw");
      const within = await tinySource(path.join(raw, "fred", "files"));
      await writeFiles(raw, {
        "fred/origin.json": "{}",
        "fred.old/origin.json": "{}",
        "kaggle.old/origin.json": "{}",
        "sample/ratings.csv.partial": "x",
      });
      const names = async (): Promise<string[]> =>
        (await planned(lake)).leftovers.map(({ name }) => name).sort();
      expect(await names()).to.deep.equal([
        ...["raw/fred.old/", "raw/fred/", "raw/kaggle.old/", "raw/sample/ratings.csv.partial"],
      ]);
      await runLocally({ sources: [within], lake });
      expect(await names()).to.deep.equal(["raw/fred.old/", "raw/kaggle.old/", "raw/sample/"]);
      // Killed between two renames: what is put aside is all there is, and the next run mends it.
      await rm(path.join(raw, "fred"), { recursive: true });
      expect(await names()).to.deep.equal(["raw/kaggle.old/", "raw/sample/"]);
      const before = await answers(lake);
      await cleaned(lake);
      expect(await readdir(raw)).to.deep.equal(["fred.old"]);
      expect(await answers(lake)).to.deep.equal(before);
      // The sample is made anew where it was removed.
      await runLocally({ sources: ["sample"], lake });
    });
  });

  it("leaves alone what Marquee did not make", async () => {
    await withFolder(async (folder) => {
      const { lake } = await publishedLake(folder);
      await writeFiles(path.join(folder, "elsewhere"), { a: "a" });
      await writeFiles(lake, {
        "notes.txt": "mine",
        "work/notes.txt": "mine",
        "work/lake.json": "{",
        "versions/backup/a": "mine",
        "raw/films/ratings.csv": "mine",
        "raw/kaggle/ratings.csv": "mine",
        "raw/fred/origin.json": "{}",
        "raw/fred/notes.txt": "mine",
        "raw/ml-1m.next/notes.txt": "mine",
        "raw/file": "mine",
      });
      await symlink(path.join(folder, "elsewhere"), path.join(lake, "raw", "sample"));
      const text = await cleaned(lake);
      expect(text.match(/left alone: .*/g)?.sort()).to.deep.equal(
        [
          ...["notes.txt", "work/notes.txt", "versions/backup", "raw/films", "raw/kaggle"],
          ...["raw/fred/notes.txt, and what lies beside it", "raw/ml-1m.next", "raw/file"],
          "raw/sample",
        ]
          .map((name) => `left alone: ${name}`)
          .sort(),
      );
      expect(await readdir(path.join(lake, "work"))).to.deep.equal(["notes.txt"]);
      for (const name of ["notes.txt", "versions/backup/a", "raw/films/ratings.csv"]) {
        expect(existsSync(path.join(lake, name)), name).to.be.true;
      }
      for (const name of ["raw/fred/notes.txt", "raw/fred/origin.json", "raw/sample/a"]) {
        expect(existsSync(path.join(lake, name)), name).to.be.true;
      }
    });
  });

  it("is made of a lake alone, and of one whose version is whole", async () => {
    await withFolder(async (folder) => {
      const foreign = path.join(folder, "foreign");
      await writeFiles(foreign, { "work/lake.json": "{}", "raw/sample/origin.json": "{}" });
      await mkdir(path.join(folder, "empty"));
      const before = await traceOf(folder);
      for (const [name, line] of [
        ["foreign", /is no lake: .*--lake/],
        ["empty", /is empty: no run .*npm run pipeline/],
        ["nowhere", /there is no lake .*npm run pipeline/],
      ] as const) {
        const words = ["--lake", path.join(folder, name), "--yes"];
        const { code, stdout, stderr } = await runProgram("scripts/clean.ts", words);
        expect(stderr)
          .to.match(line)
          .and.match(/^error: [^\n]+\n$/);
        expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
      }
      expect(await traceOf(folder)).to.deep.equal(before);

      const { lake } = await untidyLake(folder);
      await rm(path.join(lake, "current", "lake.json"));
      const line = /current points to .*, which is not there/;
      expect((await failure(cleaned(lake), "lake")).line).to.match(line);
      await rm(path.join(lake, "current"));
      await mkdir(path.join(lake, "current"));
      expect((await failure(cleaned(lake), "lake")).line).to.match(/current is not a link/);
      expect(existsSync(path.join(lake, "work"))).to.be.true;
      expect(existsSync(path.join(lake, "lock.json"))).to.be.false;
    });
  });
});
