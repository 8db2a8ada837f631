import { expect } from "chai";
import fc from "fast-check";

import type { Source } from "../../../sql/catalog/types.ts";
import { catalog } from "../../support/catalog.ts";
import { quarantine, type Reading, readRecords, withSession } from "../../support/read-source.ts";

/** Ways to write a number that are plain, that are not and can be read, and that cannot. */
const number = fc.oneof(
  fc.constantFrom("1", "7", "42", "1000", "946684800", "999999999999"),
  fc.constantFrom("01", "+1", "7.0", "7.", " 7", "7 ", "1e3", "1.5e1", "\u00a07"),
  fc.constantFrom(
    "",
    "0",
    "-1",
    "2.7",
    "1_000",
    "0x1F",
    "0x3B9ACA00",
    "0b11",
    "1e400",
    "x",
    "1e-1",
  ),
  fc.constantFrom("9223372036854775807", "9223372036854775808", "99999999999999999999", "7\t"),
);
const stars = fc.constantFrom(
  ...["4", "4.0", "0.5", "5.0", "3.5"],
  ...["4.00", ".5", "+4", " 4.0", "4e0", "40e-1"],
  ...["0", "0.0", "5.5", "3.7", "4_0", "0_5", "", "x", "-1", "1e1"],
);
const rating = fc.tuple(number, number, stars, number).map((fields) => fields.join(","));
const link = fc.tuple(number, number, number).map((fields) => fields.join(","));
const others = fc.constantFrom("1,2", "1,2,3.0,4,5", ",,,", "1,2,3.0,", ",");

/** The same source in a form that cannot be read plainly: a word that nobody writes means "missing". */
function withoutPlainForm(source: Source): Source {
  const columns = source.columns.map((column) => ({ ...column, missing: ["nobody writes this"] }));
  return { ...source, columns };
}

describe("plain records", () => {
  for (const [name, header, good, record] of [
    ["ratings", "userId,movieId,rating,timestamp", "5,6,4.0,7", rating],
    ["links", "movieId,imdbId,tmdbId", "5,6,7", link],
  ] as const) {
    it(`of ${name} are read as all others are`, async () => {
      const source = (await catalog()).sources.find((candidate) => candidate.name === name)!;
      const lines = fc.array(fc.oneof({ weight: 5, arbitrary: record }, others), { maxLength: 12 });
      await withSession(async (session, folder) => {
        const property = fc.asyncProperty(lines, async (drawn) => {
          // As many good ones as it takes for the file not to be refused.
          const all = [...drawn, ...drawn.map(() => good), good];
          const content = [header, ...all, ""].join("\n");
          const both: Reading[] = [];
          for (const way of [source, withoutPlainForm(source)]) {
            both.push(await readRecords(session, folder, way, [{ content }]));
          }
          const [plain, slow] = both.map((reading) => ({
            rows: reading.rows,
            account: reading.account,
            quarantine: quarantine(reading),
          }));
          expect(plain).to.deep.equal(slow);
        });
        await fc.assert(property, { numRuns: 60 });
      });
    });
  }
});
