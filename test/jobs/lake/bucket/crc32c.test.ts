import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";

import { CRC32C } from "@google-cloud/storage";
import { expect } from "chai";
import fc from "fast-check";

import { Crc32c, crc32cOf } from "../../../../jobs/lake/bucket/crc32c.ts";
import { withFolder } from "../../../support/folder.ts";

function ours(...parts: readonly Uint8Array[]): string {
  const crc = new Crc32c();
  for (const part of parts) crc.update(Buffer.from(part));
  return crc.toString();
}

describe("CRC32C", () => {
  it("is what RFC 3720 says it is", () => {
    const up = Buffer.from(Array.from({ length: 32 }, (_, byte) => byte));
    const cases: [Uint8Array, string][] = [
      [Buffer.alloc(32), "8a9136aa"],
      [Buffer.alloc(32, 0xff), "62a8ab43"],
      [up, "46dd794e"],
      [Buffer.from(up).reverse(), "113fdb5c"],
      [Buffer.from("123456789"), "e3069283"],
      [Buffer.alloc(0), "00000000"],
    ];
    for (const [bytes, hex] of cases)
      expect(Buffer.from(ours(bytes), "base64").toString("hex")).to.equal(hex);
  });

  it("is the client's own for any bytes, however they are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 }), (parts) => {
        const theirs = new CRC32C();
        for (const part of parts) theirs.update(Buffer.from(part));
        expect(ours(...parts)).to.equal(theirs.toString());
      }),
    );
  });

  it("of a file is that of its bytes", () =>
    withFolder(async (folder) => {
      const bytes = randomBytes(2_500_003);
      const file = path.join(folder, "file");
      await writeFile(file, bytes);
      expect(await crc32cOf(file)).to.equal(ours(bytes));
      expect(new Crc32c().validate(ours(bytes))).to.equal(false);
    }));
});
