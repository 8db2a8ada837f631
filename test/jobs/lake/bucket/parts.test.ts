import { createHash } from "node:crypto";
import { utimesSync } from "node:fs";
import path from "node:path";

import { expect } from "chai";

import type { BucketLake } from "../../../../jobs/lake/bucket/bucket-lake.ts";
import { opened, withLake } from "../../../support/cloud/bucket-lake.ts";
import type { BucketStub } from "../../../support/cloud/bucket-stub.ts";
import { failure } from "../../../support/errors.ts";
import { withFolder, writeFiles } from "../../../support/folder.ts";

const partBytes = 1_000_000;
const whole = Buffer.from(Array.from({ length: 3_500_000 }, (_, place) => (place * 7919) % 251));
const hash = createHash("sha256").update(whole).digest("hex");
const name = `raw/ratings/${hash}/ratings.csv`;
const part = (start: number, end: number): string => `work/parts/${name}/${start}-${end}`;
const parts = [
  part(0, 1_000_000),
  part(1_000_000, 2_000_000),
  part(2_000_000, 3_000_000),
  part(3_000_000, 3_500_000),
];

/** A bucket without anything, and a large file to send there. */
async function withLargeFile(
  use: (stub: BucketStub, lake: BucketLake, file: string) => Promise<void>,
  least = partBytes,
): Promise<void> {
  await withLake((stub) =>
    withFolder(async (folder) => {
      await writeFiles(folder, { "ratings.csv": whole });
      const lake = await opened("run-1", { partBytes: least, retries: 2 });
      try {
        await use(stub, lake, path.join(folder, "ratings.csv"));
      } finally {
        await lake.close();
      }
    }),
  );
}

describe("a large file that is sent to a bucket lake", () => {
  it("goes in parts that become one object, with progress part by part", () =>
    withLargeFile(async (stub, lake, file) => {
      const told: number[] = [];
      await lake.putRaw([{ source: "ratings", file }], (bytes) => told.push(bytes));
      const sent = stub.asks("insert work/parts/").map((asked) => asked.name);
      expect(sent.sort()).to.deep.equal(parts);
      expect(stub.objects.get(name)?.bytes.equals(whole)).to.equal(true);
      expect(stub.names("work/")).to.deep.equal([]);
      expect(told.length).to.equal(parts.length + 1);
      expect([told[0], told.at(-1)]).to.deep.equal([0, whole.length]);
    }));

  it("is one object of at most 32 parts, however large it is", () =>
    withLargeFile(async (stub, lake, file) => {
      await lake.putRaw([{ source: "ratings", file }], () => undefined);
      expect(stub.asks("insert work/parts/")).to.have.length(32);
      expect(stub.objects.get(name)?.bytes.equals(whole)).to.equal(true);
    }, 1000));

  it("sends again only the part that broke off", () =>
    withLargeFile(async (stub, lake, file) => {
      stub.breaks = 1;
      let breaks = 1;
      stub.fault = (asked) =>
        asked.what === "insert" && asked.name === parts[1] && breaks-- > 0 ? "hung up" : undefined;
      await lake.putRaw([{ source: "ratings", file }], () => undefined);
      const sent = stub.asks("insert work/parts/").map((asked) => asked.name);
      expect(sent.sort()).to.deep.equal([...parts, parts[1]].sort());
      expect(stub.objects.get(name)?.bytes.equals(whole)).to.equal(true);
    }));

  it("is gone on with by the next run, which looks at each part's checksum", () =>
    withLargeFile(async (stub, lake, file) => {
      stub.fault = ({ what, name: asked }) =>
        what === "insert" && asked === parts[3] ? 403 : undefined;
      const { line } = await failure(
        lake.putRaw([{ source: "ratings", file }], () => undefined),
        "cloud",
      );
      expect(line).to.include("uploading gs://").and.include("ratings.csv/3000000-3500000");
      expect(stub.names("raw/")).to.deep.equal([]);
      stub.fault = () => undefined;
      // One of them has other bytes by now, as many.
      stub.put(parts[0]!, Buffer.alloc(1_000_000));
      const { length } = stub.asked;
      await lake.putRaw([{ source: "ratings", file }], () => undefined);
      const sent = stub.asked.slice(length).filter(({ what }) => what === "insert");
      expect(sent.map((asked) => asked.name).sort()).to.deep.equal([parts[0], parts[3]]);
      expect(stub.objects.get(name)?.bytes.equals(whole)).to.equal(true);
    }));

  it("is not kept where other bytes have come together", () =>
    withLargeFile(async (stub, lake, file) => {
      stub.onRequest = ({ what }) => {
        if (what === "compose") stub.put(parts[2]!, Buffer.alloc(1_000_000));
      };
      const { line } = await failure(
        lake.putRaw([{ source: "ratings", file }], () => undefined),
        "cloud",
      );
      expect(line).to.include("what came is not what the file holds. Run again");
      expect(stub.names("raw/")).to.deep.equal([]);
    }));

  it("is not kept where somebody changes it meanwhile", () =>
    withLargeFile(async (stub, lake, file) => {
      stub.onRequest = ({ what }) => {
        // Done before the answer, behind which the file is looked at once more.
        if (what === "compose") utimesSync(file, 2e9, 2e9);
      };
      const { line } = await failure(
        lake.putRaw([{ source: "ratings", file }], () => undefined),
        "input",
      );
      expect(line).to.match(/ratings\.csv was changed while it was sent\. Run again once/);
      expect(stub.names("raw/")).to.deep.equal([]);
    }));
});
