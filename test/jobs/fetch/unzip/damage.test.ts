import { execFileSync } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { crc32, deflateRawSync } from "node:zlib";

import { expect } from "chai";
import fc from "fast-check";

import { MarqueeError } from "../../../../errors.ts";
import { unzip } from "../../../../jobs/fetch/unzip.ts";
import { failure } from "../../../support/errors.ts";
import { withFolder } from "../../../support/folder.ts";
import {
  contentsOf,
  refusal,
  type ZipEnd,
  type ZipPart,
  zipOf,
} from "../../../support/zip-files.ts";

const all = (): boolean => true;
const text = Buffer.from("userId,movieId,rating,timestamp\n".repeat(300));
const part: ZipPart = { name: "a.csv", content: text, deflate: true };

describe("unzip of what is no whole zip", () => {
  for (const [what, content, why] of [
    ["an empty file", "", "it is empty"],
    ["a web page", "<!DOCTYPE html>\n<html>", 'it begins with "<!DOCTYPE html>?<htm"'],
    ["a text", "userId", 'it begins with "userId"'],
    ["a beginning alone", "PK\u0003\u0004", "its end is missing"],
    ["a zip and more", Buffer.concat([zipOf([part]), Buffer.from("more")]), "comment length"],
    ["one of several disks", zipOf([part], { disk: 1 }), "multi-disk"],
    ["one of several disks in zip64", zipOf([part], { disk: 1, zip64: true }), "multi-disk"],
    [
      "a zip that counts too few",
      zipOf([part, part], { entries: 1 }),
      "not of the size that it says",
    ],
    ["a zip that counts too many", zipOf([part], { entries: 2 }), "a part of it is missing"],
    [
      "a zip64 record far away",
      zipOf([part], { zip64: true, zip64RecordStart: 2n ** 63n }),
      "a part of it is missing",
    ],
    [
      "a zip64 record behind the end",
      zipOf([part], { zip64: true, zip64RecordStart: 2n ** 40n }),
      "a part of it is missing",
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const error = await refusal(Buffer.from(content));
      expect(error.line).to.include("a.zip is not a whole zip (").and.include(why);
      expect(error.next).to.equal("Fetch it again, or unpack it by hand and name the folder");
    });
  }

  it("refuses a directory that has become shorter and still reads as one", async () => {
    for (const zip64 of [false, true]) {
      const whole = zipOf([part, { name: "b.csv" }], { zip64 });
      const zip = Buffer.from(whole);
      const counts = zip64 ? [24, 32] : [8, 10];
      const first = zip.indexOf("PK\u0001\u0002");
      const second = zip.indexOf("PK\u0001\u0002", first + 1);
      const end = zip.indexOf(zip64 ? "PK\u0006\u0006" : "PK\u0005\u0006");
      // The first entry takes the second one for its comment, and nobody misses that one.
      zip[first + 32] = end - second;
      zip[end + counts[1]!] = 1;
      expect((await refusal(zip)).line).to.include("not of the size that it says");
      // Or the directory begins at the second one.
      const late = Buffer.from(whole);
      for (const count of counts) late[end + count] = 1;
      late.writeUInt32LE(second, end + (zip64 ? 48 : 16));
      expect((await refusal(late)).line).to.include("not of the size that it says");
      // Or it ends in the midst of the second one.
      zip[first + 32] = 5;
      zip[end + counts[0]!] = 1;
      expect((await refusal(zip)).line).to.include("not of the size that it says");
    }
  });

  it("refuses a file cut off at any place", async () => {
    const zip = zipOf([part, { ...part, name: "b/c.csv", flags: 8 }], { comment: "the end" });
    for (let place = 0; place < 50; place++) {
      const cut = Math.floor((zip.length * place) / 50);
      const error = await refusal(zip.subarray(0, cut));
      expect(error.line, `cut at ${cut}`).to.include("is not a whole zip");
    }
    for (let cut = zip.length - 60; cut < zip.length; cut++) await refusal(zip.subarray(0, cut));
  });

  it("refuses what is not there, a folder, and a pipe without waiting for it", async () => {
    await withFolder(async (folder) => {
      const missing = await failure(
        unzip(path.join(folder, "x.zip"), `${folder}/out`, all),
        "input",
      );
      expect(missing.line).to.include("cannot be read (ENOENT)");
      await mkdir(path.join(folder, "a.zip"));
      execFileSync("mkfifo", [path.join(folder, "b.zip")]);
      for (const name of ["a.zip", "b.zip"]) {
        const error = await failure(unzip(path.join(folder, name), `${folder}/out`, all), "input");
        expect(error.line).to.include("it is no regular file");
      }
      expect(await readdir(folder)).to.deep.equal(["a.zip", "b.zip"]);
    });
  });
});

describe("unzip of a damaged zip", () => {
  for (const deflate of [false, true]) {
    const method = deflate ? "deflated" : "stored";
    const lying = (lies: ZipPart["lies"]): Buffer => zipOf([{ ...part, deflate, lies: lies! }]);

    it(`refuses a ${method} file with another checksum`, async () => {
      expect((await refusal(lying({ crc32: 7 }))).line).to.include(
        'damaged at "a.csv": its bytes are not those',
      );
    });

    it(`refuses a ${method} file that is longer or shorter than it says`, async () => {
      const shorter = await refusal(lying({ bytes: text.length + 1 }));
      expect(shorter.line).to.include(`has ${text.length} of its ${text.length + 1} bytes`);
      const longer = await refusal(lying({ bytes: text.length - 1 }));
      expect(longer.line).to.include(`more than its ${text.length - 1} bytes`);
      expect((await refusal(lying({ bytes: 0 }))).line).to.include("more than its 0 bytes");
    });

    it(`refuses a ${method} file of which a part is missing`, async () => {
      expect((await refusal(lying({ compressedBytes: 10 }))).line).to.include('damaged at "a.csv"');
      expect((await refusal(lying({ compressedBytes: 0 }))).line).to.include('damaged at "a.csv"');
    });
  }

  it("refuses bytes that are not deflated", async () => {
    const error = await refusal(zipOf([{ name: "a.csv", content: text, lies: { method: 8 } }]));
    expect(error.line).to.include("it cannot be inflated");
  });

  it("refuses bytes behind the deflated ones, few or many", async () => {
    for (const surplus of [1, 100, 1_000_000]) {
      const content = Buffer.concat([deflateRawSync(text), Buffer.alloc(surplus, "x")]);
      const lies = { method: 8, bytes: text.length, crc32: crc32(text) };
      const error = await refusal(zipOf([{ name: "a.csv", content, lies }]));
      expect(error.line, `${surplus} bytes`).to.include('damaged at "a.csv"');
    }
  });

  it("refuses a file that its own header calls otherwise, or that has none", async () => {
    const other = zipOf([{ ...part, lies: { nameInHeader: "b.csv" } }]);
    expect((await refusal(other)).line).to.include('"a.csv": its header calls it "b.csv"');
    const none = zipOf([{ ...part, lies: { headerStart: 3 } }]);
    expect((await refusal(none)).line).to.include('"a.csv": its header cannot be read');
    const far = zipOf([{ ...part, zip64: true, lies: { headerStart: 2 ** 60 } }], { zip64: true });
    expect((await refusal(far)).line).to.include("a part of it is missing");
    const huge = zipOf([{ ...part, zip64: true, lies: { compressedBytes: 2 ** 60 } }]);
    expect((await refusal(huge)).line).to.include("overflows file bounds");
  });

  it("gives the right files of any spoilt zip, or refuses it", async () => {
    let read = 0;
    const property = fc.asyncProperty(anyZip, anyDamage, async ({ parts, end }, damage) => {
      const zip = damage(zipOf(parts, end));
      await withFolder(async (sandbox) => {
        const [file, folder] = [path.join(sandbox, "a.zip"), path.join(sandbox, "out")];
        await writeFile(file, zip);
        try {
          const { files } = await unzip(file, folder, (name) => name.endsWith(".csv"));
          const wanted = parts.filter(({ name }) => name.toString().endsWith(".csv"));
          // What can be promised: a name, the count and the size of the directory are told twice,
          // contents have a checksum. Only who changes both alike makes another zip of it.
          expect(await contentsOf(folder)).to.deep.equal(
            Object.fromEntries(wanted.map((each) => [each.name, Buffer.from(each.content!)])),
          );
          expect(files).to.have.length(wanted.length);
          expect((await readdir(sandbox)).sort()).to.deep.equal(["a.zip", "out"]);
          read += 1;
        } catch (error) {
          if (!(error instanceof MarqueeError) || error.reason !== "input") throw error;
          expect(error.line).not.to.include("\n");
          expect(await readdir(sandbox)).to.deep.equal(["a.zip"]);
        }
      });
    });
    await fc.assert(property, { numRuns: 300, timeout: 5_000 });
    expect(read, "zips that were read and not refused").to.be.greaterThan(10);
  });
});

const content = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom("", "userId\n1\n", "a,b\n".repeat(20_000)).map((each) => Buffer.from(each)),
);

const anyZip: fc.Arbitrary<{ parts: ZipPart[]; end: ZipEnd }> = fc.record({
  parts: fc
    .uniqueArray(fc.constantFrom("a.csv", "b/c.csv", "b/d.txt", "宮.csv", "e.csv", "f.txt"), {
      minLength: 1,
      maxLength: 4,
    })
    .chain((names) =>
      fc.tuple(
        ...names.map((name) =>
          fc.record({
            name: fc.constant(name),
            content,
            deflate: fc.boolean(),
            zip64: fc.boolean(),
            flags: fc.constantFrom(0x800, 0x808),
            mode: fc.constantFrom(0, 0o100644),
          }),
        ),
      ),
    ),
  end: fc.record({ zip64: fc.boolean(), comment: fc.constantFrom("", "a comment") }),
});

type Damage = (zip: Buffer) => Buffer;

const changedBytes: fc.Arbitrary<Damage> = fc
  .array(
    fc.record({
      place: fc.nat(),
      fromEnd: fc.boolean(),
      value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 255)),
    }),
    { maxLength: 8 },
  )
  .map((changes) => (zip) => {
    const changed = Buffer.from(zip);
    for (const { place, fromEnd, value } of changes) {
      // Most of a zip is contents; what is told of them stands at its end.
      const range = fromEnd ? Math.min(200, zip.length) : zip.length;
      changed[zip.length - 1 - (place % range)] = value;
    }
    return changed;
  });

const cutOff: fc.Arbitrary<Damage> = fc
  .double({ min: 0, max: 1, noNaN: true })
  .map((share) => (zip) => zip.subarray(0, Math.floor(zip.length * share)));

const anyDamage = fc.oneof(
  { weight: 4, arbitrary: changedBytes },
  { weight: 1, arbitrary: cutOff },
);
