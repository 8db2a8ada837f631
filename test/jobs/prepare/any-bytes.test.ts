import { expect } from "chai";
import fc from "fast-check";

import { MarqueeError } from "../../../errors.ts";
import { catalog } from "../../support/catalog.ts";
import { quarantine, readIn, withSession } from "../../support/read-source.ts";

/** A record of each source that can be read, so that not every file is all faults. */
const goodRecord: Record<string, string> = {
  cpi: "1999-10-01,2.5",
  credits: "[],[],7",
  keywords: "862,[]",
  links: "1,31,862",
  movies: `False,,0,[],,862,,en,T,,1.5,,[],[],1995-10-30,0,81.0,[],,,"T",False,7,5`,
  ratings: "1,31,2.5,1000",
  titles: '3,"T (1995)",Drama',
};

const piece = fc.constantFrom(
  ...["1", "31", "2.5", "862", "True", "1995-10-30", "[{'id': 1, 'name': 'a'}]", "[", "\\"],
  ...[",", ",", ",", "\n", "\n", "\n", "\r\n", "\r", '"', '""', "'"],
  ...[" ", "\t", "\0", "é", "\u{1F600}", "."],
);
const anyText = fc.array(piece, { maxLength: 60 }).map((parts) => Buffer.from(parts.join("")));
const anyBytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
const fewFaults = (name: string): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.integer({ min: 4, max: 9 }), fc.array(piece, { maxLength: 6 }))
    .map(([count, parts]) => {
      const good = Array<string>(count).fill(goodRecord[name]!);
      return Buffer.from([...good, parts.join(""), ...good, ""].join("\n"));
    });

describe("reading a source of any bytes", () => {
  it("loses no record and throws only its own errors", async () => {
    const { sources } = await catalog();
    const file = fc
      .constantFrom(...sources)
      .chain((source) =>
        fc.tuple(fc.constant(source), fc.oneof(anyText, anyBytes, fewFaults(source.name))),
      );
    await withSession(async (session, folder) => {
      let accounts = 0;
      const property = fc.asyncProperty(file, async ([{ name, columns }, body]) => {
        const fields = columns.filter(({ monthOf }) => monthOf === undefined);
        const header = fields.map(({ headers }) => headers[0]).join(",");
        const content = Buffer.concat([Buffer.from(`${header}\n`), body]);
        try {
          const reading = await readIn(session, folder, name, [content]);
          const { read: all, kept, superseded, quarantined } = reading.account;
          expect(all).to.equal(kept + superseded + quarantined);
          expect(reading.rows.length).to.equal(kept);
          expect(quarantine(reading).length).to.equal(quarantined);
          if (kept > 0) accounts += 1;
        } catch (error) {
          if (!(error instanceof MarqueeError) || error.reason !== "input") throw error;
        }
      });
      await fc.assert(property, { numRuns: 150 });
      expect(accounts, "files that were read and not refused").to.be.greaterThan(10);
    });
  });
});
