import { expect } from "chai";
import { zipSync } from "fflate";

import {
  headerAndContents,
  refusal,
  unpacked,
  type ZipPart,
  zipOf,
} from "../../../support/zip-files.ts";

const good: ZipPart = { name: "ratings.csv", content: "userId\n1\n" };
const onlyGood = { wanted: (name: string) => name === good.name };

/** Expects an archive to be refused for an entry that is wanted, and also for one that is not. */
async function expectRefused(part: ZipPart, why: string): Promise<void> {
  for (const options of [{}, onlyGood]) {
    const error = await refusal(zipOf([good, part]), options);
    expect(error.line).to.include("is not safe to unpack").and.include(why);
  }
}

describe("unzip of a hostile archive", () => {
  for (const [name, why] of [
    ["../x", "leads out of its folder"],
    ["a/../../x", "leads out of its folder"],
    ["a/../x", "leads out of its folder"],
    ["a/..", "leads out of its folder"],
    ["..", "leads out of its folder"],
    ["../", "leads out of its folder"],
    ["__MACOSX/../../x", "leads out of its folder"],
    ["/etc/x", "is an absolute path"],
    ["//host/x", "is an absolute path"],
    ["C:x", "is an absolute path"],
    ["c:/x", "is an absolute path"],
    ["a\\x", "has a backslash"],
    ["..\\x", "has a backslash"],
    ["a\0.csv", "has a control character"],
    ["a\n.csv", "has a control character"],
    ["", "names no file"],
    [".", "names no file"],
    ["x".repeat(256), "is too long a name"],
    ["x/".repeat(513) + "x", "is too long a name"],
  ] as const) {
    it(`refuses the name ${JSON.stringify(name.slice(0, 20))}`, async () => {
      await expectRefused({ name, content: "x", flags: 0x800 }, why);
    });
  }

  it("refuses such a name from a library's zip, too", async () => {
    const error = await refusal(zipSync({ "../x": Buffer.from("x") }));
    expect(error.line).to.include('"../x" leads out of its folder');
  });

  it("shows a name so that it commands no terminal", async () => {
    const error = await refusal(zipOf([{ name: "a\u001b[2J\u009b2J\u202e.csv", flags: 0x800 }]));
    expect(error.line).to.include('"a?[2J?2J?.csv"');
  });

  for (const [mode, why] of [
    [0o120777, "is a symbolic link"],
    [0o010644, "is no regular file"],
    [0o020644, "is no regular file"],
    [0o060644, "is no regular file"],
    [0o140644, "is no regular file"],
    [0o040755, "is a folder with the name of a file"],
  ] as const) {
    it(`refuses an entry of mode ${mode.toString(8)}`, async () => {
      await expectRefused({ name: "x.csv", content: "/etc/passwd", mode }, `"x.csv" ${why}`);
    });
  }

  it("refuses a link from a library's zip, too, and one that calls itself a folder", async () => {
    const link = zipSync({ "x.csv": [Buffer.from("/etc"), { os: 3, attrs: 0o120777 * 0x10000 }] });
    expect((await refusal(link)).line).to.include('"x.csv" is a symbolic link');
    await expectRefused({ name: "x/", mode: 0o120777 }, "is a symbolic link");
  });

  for (const name of ["ratings.csv", "./ratings.csv", "RATINGS.csv", ".//ratings.csv"]) {
    it(`refuses ${name} beside ratings.csv`, async () => {
      await expectRefused({ name, content: "x" }, "is there twice");
    });
  }

  it("refuses two names that some file systems take for one", async () => {
    const names = ["\u00e9.csv", "e\u0301.csv"];
    const parts = names.map((name) => ({ name, flags: 0x800 }));
    expect((await refusal(zipOf(parts))).line).to.include("is there twice");
  });

  it("refuses a path that is a file and a folder, in either order", async () => {
    for (const name of ["ratings.csv/x", "ratings.csv/", "Ratings.csv/x/y"]) {
      await expectRefused({ name }, "is both a file and a folder");
    }
    for (const first of ["a/b", "a/"]) {
      const error = await refusal(zipOf([{ name: first }, { name: "a" }]));
      expect(error.line).to.include('"a" is both a file and a folder');
    }
    expect(
      (await unpacked(zipOf([{ name: "a/" }, { name: "a/b" }, { name: "a/" }]))).files,
    ).to.have.length(1);
  });

  it("refuses two entries with the same bytes", async () => {
    const twice = zipOf([
      good,
      { ...good, name: "x.csv", onlyInDirectory: true, lies: { headerStart: 0 } },
    ]);
    expect((await refusal(twice, onlyGood)).line).to.include('its header calls it "ratings.csv"');
  });

  it("refuses an entry within another one", async () => {
    const inner: ZipPart = { name: "inner.csv", content: "x" };
    const outer: ZipPart = { name: "outer.csv", content: headerAndContents(inner) };
    const headerStart = headerAndContents(outer).length - headerAndContents(inner).length;
    const zip = zipOf([
      good,
      outer,
      {
        ...inner,
        onlyInDirectory: true,
        lies: { headerStart: headerStart + headerAndContents(good).length },
      },
    ]);
    expect((await refusal(zip, onlyGood)).line).to.include('"outer.csv" overlaps "inner.csv"');
  });

  it("refuses an entry that reaches into the archive's directory", async () => {
    const lies = { bytes: 20, compressedBytes: 20 };
    const zip = zipOf([good, { name: "x.csv", content: "x", lies }]);
    expect((await refusal(zip, onlyGood)).line).to.include(
      '"x.csv" overlaps the archive\'s directory',
    );
  });

  it("refuses more entries than any data set has", async () => {
    const parts = Array.from({ length: 10_001 }, (_, index) => ({ name: `${index}` }));
    expect((await refusal(zipOf(parts))).line).to.include("it has 10001 entries");
    const many = await unpacked(zipOf(parts.slice(1)), { wanted: (name) => name === "7" });
    expect(many.leftOut).to.have.length(9_999);
  });
});

describe("unzip of a bomb", () => {
  const zeros = Buffer.alloc(100_000_000);

  it("refuses it before it is unpacked, by what it says of itself", async () => {
    let written = 0;
    const bomb = zipSync({ "x.csv": zeros });
    const progress = (bytes: number): void => void (written = bytes);
    const error = await refusal(bomb, { progress });
    expect(error.line).to.include(`its ${bomb.length} bytes would become 100000000`);
    expect(written).to.equal(0);
    await refusal(bomb, { wanted: () => false });
  });

  it("counts all files together", async () => {
    const part = { content: zeros.subarray(0, 33_000_000), deflate: true };
    const zip = zipOf([
      { name: "a.csv", ...part },
      { name: "b.csv", ...part },
    ]);
    expect((await refusal(zip)).line).to.include("would become 66000000");
  });

  it("stops at the size that an archive lies about", async () => {
    const bomb: ZipPart = {
      name: "x.csv",
      content: zeros,
      deflate: true,
      lies: { bytes: 1_000_000 },
    };
    let written = 0;
    const progress = (bytes: number): void => void (written = bytes);
    const error = await refusal(zipOf([good, bomb]), { progress });
    expect(error.line).to.include('"x.csv": it has more than its 1000000 bytes');
    expect(written).to.be.at.most(1_000_010);
  });

  it("takes what shrinks a lot and is small, and what is large and shrinks as data do", async () => {
    const small = zipSync({ "a.csv": zeros.subarray(0, 20_000_000) });
    expect((await unpacked(small)).files).to.deep.equal([{ path: "a.csv", bytes: 20_000_000 }]);
    const filler = Buffer.alloc(500_000, "a,b\n");
    const large = zipOf([
      { name: "a.csv", content: zeros.subarray(0, 70_000_000), deflate: true },
      { name: "b.csv", content: filler },
    ]);
    expect((await unpacked(large, { wanted: (name) => name === "b.csv" })).leftOut).to.deep.equal([
      "a.csv",
    ]);
  });
});
