import { createHash } from "node:crypto";
import { tmpdir } from "node:os";

import { expect } from "chai";

import { Session } from "../../../../jobs/duckdb.ts";
import {
  type Checksum,
  checksumDifferences,
  checksumFrom,
  checksumOf,
} from "../../../../jobs/warehouse/bigquery/checksum.ts";
import type { Column } from "../../../../sql/catalog/types.ts";

const columns = (
  [
    ["id", "BIGINT"],
    ["name", "STRING"],
    ["other", "STRING"],
    ["good", "BOOLEAN"],
    ["day", "DATE"],
    ["at", "TIMESTAMP"],
    ["stars", "DOUBLE"],
  ] as const
).map(([name, type]) => ({ name, type }) as Column);

const types = "bigint, varchar, varchar, boolean, date, timestamptz, double".split(", ");

/** Rows as SQL literals, in a table of the declared types. */
async function checksum(rows: readonly string[]): Promise<Checksum> {
  const session = await Session.open({ macros: [], spillFolder: tmpdir() });
  try {
    const declared = columns.map(({ name }, index) => `"${name}" ${types[index] ?? ""}`);
    await session.run(`create table made (${declared.join(", ")})`);
    if (rows.length > 0) await session.run(`insert into made values ${rows.join(", ")}`);
    const [row = {}] = await session.rows(checksumOf({ columns }, "made", "duckdb"));
    return checksumFrom({ columns }, row);
  } finally {
    session.close();
  }
}

const ada = "(1, 'Ada', 'é😀', true, '2015-01-31', '2015-01-31 12:00:00.000001+00', 0.1)";
const bob = "(-2, null, '', false, null, null, 4.5)";

describe("what a table amounts to", () => {
  it("is the sum of its rows' hashes, calculated by hand", async () => {
    const micros = Date.UTC(2015, 0, 31, 12) * 1000 + 1;
    const text = (value: string): string => `${Buffer.byteLength(value)}:${value}`;
    const lines = [
      `${["1", "Ada", "é😀", "true", "2015-01-31", String(micros)].map(text).join("")}+`,
      `${text("-2")}-${text("")}${text("false")}--+`,
    ];
    const hashes = lines.map((line) => createHash("md5").update(line).digest("hex"));
    const sumOf = (start: number): number =>
      hashes.reduce((sum, hash) => sum + parseInt(hash.slice(start, start + 8), 16), 0);
    const weights = hashes.map((hash) => 1 + (parseInt(hash.slice(0, 8), 16) % 1000));
    const found = await checksum([ada, bob]);
    expect(found.rows).to.equal(2);
    expect(found.quarters).to.deep.equal([0, 8, 16, 24].map((start) => String(sumOf(start))));
    const stars = (weights[0] ?? 0) * 0.1 + (weights[1] ?? 0) * 4.5;
    expect(found.doubles["stars"]?.sum).to.be.closeTo(stars, 1e-6);
  });

  it("does not depend on the order of the rows", async () => {
    const [one, other] = [await checksum([ada, bob]), await checksum([bob, ada])];
    expect(checksumDifferences(one, other)).to.deep.equal([]);
  });

  it("is nothing of an empty table", async () => {
    const empty = await checksum([]);
    expect(empty).to.deep.equal({
      rows: 0,
      quarters: ["0", "0", "0", "0"],
      doubles: { stars: { sum: 0, size: 0 } },
    });
    expect(checksumDifferences(empty, await checksum([ada]))).to.deep.equal(["0 rows / 1 rows"]);
  });

  const others: [string, string][] = [
    ["a number", ada.replace("(1,", "(2,")],
    ["a text", ada.replace("Ada", "ada")],
    ["where a text ends and the next begins", ada.replace("'Ada', 'é", "'Adaé', '")],
    ["an empty text that was none", ada.replace("'Ada'", "''")],
    ["a text for no value", ada.replace("'Ada'", "'-'")],
    ["a truth", ada.replace("true", "null")],
    ["a day", ada.replace("'2015-01-31',", "'2015-01-30',")],
    ["a microsecond", ada.replace("000001", "000002")],
    ["a double that is gone", ada.replace("0.1)", "null)")],
    ["a double", ada.replace("0.1)", "0.2)")],
  ];
  for (const [what, changed] of others) {
    it(`differs by ${what}`, async () => {
      expect(changed).not.to.equal(ada);
      const differences = checksumDifferences(await checksum([ada]), await checksum([changed]));
      expect(differences).to.have.length.above(0);
    });
  }

  it("tells no double from zero", async () => {
    const [zero, none] = ["0)", "null)"].map((stars) => checksum([ada.replace("0.1)", stars)]));
    expect(checksumDifferences((await zero)!, (await none)!)).to.deep.equal(["other rows"]);
  });

  it("forgives the last bits of a double, and not two that changed places", async () => {
    const nearly = ada.replace("0.1)", "0.1000000000001)");
    const one = await checksum([ada, bob]);
    expect(checksumDifferences(one, await checksum([nearly, bob]))).to.deep.equal([]);
    const exchanged = [ada.replace("0.1)", "4.5)"), bob.replace("4.5)", "0.1)")];
    expect(checksumDifferences(one, await checksum(exchanged))[0]).to.match(/^stars sums up to/);
  });
});
