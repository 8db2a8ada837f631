import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { bucketOf, expectWorkingCopy, markWorkingCopy } from "../../../jobs/cloud/working-copy.ts";
import { failure } from "../../support/errors.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";

const state = { "lake.json": "{}" };

describe("the working copy of a bucket", () => {
  it("is looked at without being written to", async () => {
    await withFolder(async (folder) => {
      await expectWorkingCopy(folder, "mine");
      await expectWorkingCopy(path.join(folder, "later"), "mine");
      expect(await readdir(folder)).to.deep.equal([]);
    });
  });

  it("is marked as that of the bucket, also where the folder is not there yet", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      await markWorkingCopy(lake, "mine");
      expect(await bucketOf(lake)).to.equal("mine");
      await expectWorkingCopy(lake, "mine");
      expect(await readdir(lake)).to.deep.equal(["bucket.json"]);
    });
  });

  it("becomes another bucket's where it holds nothing of the first", async () => {
    await withFolder(async (folder) => {
      await markWorkingCopy(folder, "wrong");
      await writeFiles(path.join(folder, "raw", "sample"), { "ratings.csv": "x" });
      await expectWorkingCopy(folder, "right");
      expect(await bucketOf(folder)).to.equal("wrong");
      await markWorkingCopy(folder, "right");
      expect(await bucketOf(folder)).to.equal("right");
    });
  });

  for (const place of ["current", "work"]) {
    it(`stays the first bucket's where it holds tables of it: ${place}`, async () => {
      await withFolder(async (folder) => {
        await markWorkingCopy(folder, "first");
        await writeFiles(path.join(folder, place), state);
        const { line } = await failure(expectWorkingCopy(folder, "second"), "lake");
        expect(line).to.equal(
          `${folder} holds the tables of gs://first: it cannot be the working copy of gs://second. Name another folder with --lake, or delete this one: gs://first has what was published`,
        );
      });
    });
  }

  it("is no folder with tables of its own", async () => {
    await withFolder(async (folder) => {
      await writeFiles(path.join(folder, "current"), state);
      const { line } = await failure(expectWorkingCopy(folder, "mine"), "lake");
      expect(line).to.match(/holds tables of its own: .*\. Name another folder with --lake/);
    });
  });

  it("says of a damaged mark what to do", async () => {
    await withFolder(async (folder) => {
      await writeFile(path.join(folder, "bucket.json"), "{");
      const { line } = await failure(expectWorkingCopy(folder, "mine"), "lake");
      expect(line).to.match(/bucket\.json is damaged\. Delete the folder/);
    });
  });
});
