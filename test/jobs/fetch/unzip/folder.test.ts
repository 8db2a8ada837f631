import { execFileSync } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";
import { zipSync } from "fflate";

import { unzip } from "../../../../jobs/fetch/unzip.ts";
import { failure } from "../../../support/errors.ts";
import { withFolder } from "../../../support/folder.ts";
import { contentsOf, zipOf } from "../../../support/zip-files.ts";

const all = (): boolean => true;

describe("the folder of unzip", () => {
  const large = Buffer.alloc(1_600_000, "userId\n");
  const zip = zipSync({ "a.csv": Buffer.from("1"), "b/c.csv": large });
  const damaged = zipOf([
    { name: "b/a.csv", content: "1" },
    { name: "c.csv", content: "2", lies: { crc32: 0 } },
  ]);

  /** A sandbox with a good and a damaged archive. */
  const withZips = (use: (sandbox: string, good: string, bad: string) => Promise<void>) =>
    withFolder(async (sandbox) => {
      const [good, bad] = [path.join(sandbox, "good.zip"), path.join(sandbox, "bad.zip")];
      await writeFile(good, zip);
      await writeFile(bad, damaged);
      await use(sandbox, good, bad);
    });

  it("may be there and empty, and stays so when the archive is refused", async () => {
    await withZips(async (sandbox, good, bad) => {
      const folder = path.join(sandbox, "out");
      await mkdir(folder);
      await failure(unzip(bad, folder, all), "input");
      expect(await readdir(folder)).to.deep.equal([]);
      await unzip(good, folder, all);
      expect(Object.keys(await contentsOf(folder)).sort()).to.deep.equal(["a.csv", "b/c.csv"]);
    });
  });

  it("must not hold anything, which stays", async () => {
    await withZips(async (sandbox, good) => {
      const before = await contentsOf(sandbox);
      const error = await failure(unzip(good, sandbox, all), "lake");
      expect(error.line).to.include("is not empty");
      expect(await contentsOf(sandbox)).to.deep.equal(before);
    });
  });

  it("is made with the folders above it, which go when the archive is refused", async () => {
    await withZips(async (sandbox, good, bad) => {
      const folder = path.join(sandbox, "not", "there", "out");
      await failure(unzip(bad, folder, all), "input");
      expect((await readdir(sandbox)).sort()).to.deep.equal(["bad.zip", "good.zip"]);
      await unzip(good, folder, all);
      await failure(unzip(bad, path.join(sandbox, "not", "here"), all), "input");
      expect(await readdir(path.join(sandbox, "not"))).to.deep.equal(["there"]);
    });
  });

  it("goes, but what another program put beside it stays", async () => {
    await withZips(async (sandbox, good) => {
      const shared = path.join(sandbox, "shared");
      const stop = async (): Promise<void> => {
        await unzip(good, path.join(shared, "out"), all, {
          progress: () => {
            execFileSync("touch", [path.join(shared, "theirs")]);
            throw new Error("stopped");
          },
        });
      };
      const outcome = await stop().catch((error: unknown) => error);
      expect(outcome).to.have.property("message", "stopped");
      expect(await readdir(shared)).to.deep.equal(["theirs"]);
    });
  });

  it("is a matter of the lake where it cannot be written", async () => {
    await withZips(async (_sandbox, good, bad) => {
      const file = await failure(unzip(good, bad, all), "lake");
      expect(file.line).to.include("cannot be written to (EEXIST)");
      const below = await failure(unzip(good, path.join(bad, "out"), all), "lake");
      expect(below.line).to.include("cannot be written to (ENOTDIR)");
    });
  });

  it("must have room for the files", async function () {
    await withZips(async (sandbox, good) => {
      const disk = path.join(sandbox, "disk");
      await mkdir(disk);
      if (!mount(disk, "size=1m,nr_inodes=5")) {
        notTested("a full disk");
        this.skip();
      }
      try {
        const before = large.length + 1;
        const full = await failure(unzip(good, path.join(disk, "out"), all), "lake");
        expect(full.line).to.include(`${before} bytes are needed and 1048576 are there`);
        expect(await readdir(disk)).to.deep.equal([]);

        // The disk tells of room for bytes, but it takes no more files.
        const many = path.join(sandbox, "many.zip");
        const names = ["a", "b", "c", "d", "e", "f"];
        await writeFile(many, zipOf(names.map((name) => ({ name, content: "1" }))));
        const error = await failure(unzip(many, path.join(disk, "out"), all), "lake");
        expect(error.line).to.include("the disk is full").and.include("Make room");
        expect(await readdir(disk)).to.deep.equal([]);
      } finally {
        execFileSync("umount", [disk]);
      }
    });
  });
});

function mount(folder: string, options: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function notTested(what: string): void {
  process.stderr.write(`\n    NOT TESTED: ${what}. This user may not mount a disk.\n`);
}
