import { existsSync } from "node:fs";
import { readdir, readlink } from "node:fs/promises";

import { expect } from "chai";
import { Zip, ZipDeflate, zipSync } from "fflate";

import { refusal, unpacked, type ZipPart, zipOf } from "../../support/zip-files.ts";

const large = Buffer.from("userId,movieId,rating,timestamp\n".repeat(50_000));

/** A zip as programs write it that cannot go back: sizes and checksum stand behind the contents. */
function streamedZip(files: Record<string, Buffer>): Buffer {
  const blocks: Uint8Array[] = [];
  const zip = new Zip((error, block) => {
    if (error !== null) throw error;
    blocks.push(block);
  });
  for (const [name, content] of Object.entries(files)) {
    const member = new ZipDeflate(name);
    zip.add(member);
    for (let at = 0; at < content.length; at += 100_000) {
      member.push(content.subarray(at, at + 100_000));
    }
    member.push(new Uint8Array(), true);
  }
  zip.end();
  return Buffer.concat(blocks);
}

/** The files of test folders, present or removed, that this process holds open. */
async function openTestFiles(): Promise<string[]> {
  const links = (await readdir("/proc/self/fd")).map((name) =>
    readlink(`/proc/self/fd/${name}`).catch(() => ""),
  );
  return (await Promise.all(links)).filter((file) => file.includes("marquee-test-"));
}

describe("unzip", () => {
  it("unpacks stored, deflated, nested and empty files", async () => {
    const zip = zipSync({
      "stored.csv": [large, { level: 0 }],
      "deflated.csv": large,
      deep: { "er.csv": { "nested.csv": Buffer.from("a,b\n") } },
      "empty.csv": new Uint8Array(),
      "empty-stored.csv": [new Uint8Array(), { level: 0 }],
    });
    const { files, leftOut, contents } = await unpacked(zip);
    expect(contents).to.deep.equal({
      "stored.csv": large,
      "deflated.csv": large,
      "deep/er.csv/nested.csv": Buffer.from("a,b\n"),
      "empty.csv": Buffer.alloc(0),
      "empty-stored.csv": Buffer.alloc(0),
    });
    expect(leftOut).to.deep.equal([]);
    expect(files).to.deep.include({ path: "deep/er.csv/nested.csv", bytes: 4 });
    expect(files).to.deep.include({ path: "deflated.csv", bytes: large.length });
    expect(files).to.have.length(5);
  });

  it("unpacks files whose sizes stand behind them", async () => {
    const files = { "a.csv": large, "b/c.csv": Buffer.from("1") };
    expect((await unpacked(streamedZip(files))).contents).to.deep.equal(files);
    const parts: ZipPart[] = [{ name: "a.csv", content: "1,2", flags: 8 }, { name: "b.csv" }];
    expect((await unpacked(zipOf(parts))).files).to.deep.equal([
      { path: "a.csv", bytes: 3 },
      { path: "b.csv", bytes: 0 },
    ]);
  });

  it("unpacks zip64, with a comment at its end", async () => {
    const parts: ZipPart[] = [
      { name: "a.csv", content: "1,2", zip64: true },
      { name: "b.csv", content: large, deflate: true, zip64: true },
    ];
    const { contents } = await unpacked(zipOf(parts, { zip64: true, comment: "PK, as they say" }));
    expect(contents).to.deep.equal({ "a.csv": Buffer.from("1,2"), "b.csv": large });
  });

  it("unpacks an archive of nothing into an empty folder", async () => {
    expect(await unpacked(zipOf([]))).to.deep.equal({ files: [], leftOut: [], contents: {} });
  });

  it("leaves out what is not wanted and lists it", async () => {
    const zip = zipSync({ "a.csv": large, "b.txt": large, "c/d.csv": large });
    const asked: string[] = [];
    const wanted = (name: string): boolean => {
      asked.push(name);
      return name.endsWith(".csv");
    };
    const { files, leftOut, contents } = await unpacked(zip, { wanted });
    expect(files.map((file) => file.path)).to.deep.equal(["a.csv", "c/d.csv"]);
    expect(leftOut).to.deep.equal(["b.txt"]);
    expect(Object.keys(contents).sort()).to.deep.equal(["a.csv", "c/d.csv"]);
    expect(asked).to.deep.equal(["a.csv", "b.txt", "c/d.csv"]);
  });

  it("does not mind a file that it cannot unpack and need not", async () => {
    const zip = zipOf([
      { name: "a.csv", content: "1" },
      { name: "b.txt", content: "2", flags: 1 },
      { name: "c.txt", content: "3", lies: { method: 9 } },
      { name: "d.txt", content: "4", lies: { crc32: 0 } },
    ]);
    const { leftOut } = await unpacked(zip, { wanted: (name) => name === "a.csv" });
    expect(leftOut).to.deep.equal(["b.txt", "c.txt", "d.txt"]);
  });

  it("ignores folders, and what macOS adds", async () => {
    const zip = zipOf([
      { name: "data/", mode: 0o40755 },
      { name: "data/a.csv", content: "1", mode: 0o100644 },
      { name: "./" },
      { name: "__MACOSX/data/._a.csv", content: "2" },
      { name: "./__MACOSX/._b.csv", content: "2" },
      { name: "./b.csv", content: "3" },
    ]);
    const { files, leftOut } = await unpacked(zip);
    expect(files.map((file) => file.path)).to.deep.equal(["data/a.csv", "b.csv"]);
    expect(leftOut).to.deep.equal([]);
  });

  it("reads names with the flag for UTF-8, and without it as DOS wrote them", async () => {
    const zip = zipOf([
      { name: "宮崎.csv", flags: 0x800 },
      { name: Buffer.from([0x82, 0x2e, 0x63, 0x73, 0x76]) },
    ]);
    expect((await unpacked(zip)).files.map((file) => file.path)).to.deep.equal([
      "宮崎.csv",
      "é.csv",
    ]);
  });

  it("tells how far it is", async () => {
    const told: [number, number][] = [];
    await unpacked(zipSync({ "a.csv": large, "b.csv": large, "c.txt": large }), {
      wanted: (name) => name.endsWith(".csv"),
      progress: (bytes, total) => told.push([bytes, total]),
    });
    expect(told.length).to.be.greaterThan(4);
    expect(told.every(([, total]) => total === 2 * large.length)).to.equal(true);
    expect(told.map(([bytes]) => bytes)).to.deep.equal(
      told.map(([bytes]) => bytes).sort((a, b) => a - b),
    );
    expect(told.at(-1)).to.deep.equal([2 * large.length, 2 * large.length]);
  });

  it("refuses a wanted file that is encrypted or compressed in an unknown way", async () => {
    const encrypted = await refusal(zipOf([{ name: "a.csv", content: "1", flags: 1 }]));
    expect(encrypted.line).to.match(/a\.zip holds "a\.csv" encrypted\. Unpack it by hand with its/);
    const unknown = await refusal(zipOf([{ name: "a.csv", content: "1", lies: { method: 9 } }]));
    expect(unknown.line).to.include('"a.csv" compressed by method 9').and.include("by hand");
    const strong = await refusal(zipOf([{ name: "a.csv", content: "1", flags: 0x41 }]));
    expect(strong.line).to.include("encryption");
  });

  it("leaves no file open, whether it unpacks or refuses", async function () {
    if (!existsSync("/proc/self/fd")) this.skip();
    const good = zipSync({ "a.csv": large, "b.csv": large });
    const cut = good.subarray(0, good.length - 1);
    const lying = zipOf([{ name: "a.csv", content: large, deflate: true, lies: { bytes: 9 } }]);
    const wrong = zipOf([{ name: "a.csv", content: large, lies: { crc32: 0 } }]);
    for (let times = 0; times < 5; times++) {
      await unpacked(good);
      expect(await openTestFiles()).to.deep.equal([]);
      for (const bad of [cut, lying, wrong, Buffer.alloc(0)]) {
        await refusal(bad);
        expect(await openTestFiles()).to.deep.equal([]);
      }
    }
  });
});
