import { expect } from "chai";

import { failure } from "../../support/errors.ts";
import { quarantine, ratingRows, read } from "../../support/read-source.ts";

const ratings = (...records: string[]): string =>
  ["userId,movieId,rating,timestamp", ...records, ""].join("\n");

/** Good ratings, so that a few faults are a small share. */
const good = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index + 1},1,3.0,1000`);

describe("reading a source", () => {
  it("quarantines what cannot be typed, whole, with its number and why", async () => {
    const reading = await read(
      "ratings",
      ratings(
        ...good(14),
        "x7,1,3.0,1000",
        "7,-1,3.0,1000",
        "7,1.5,3.0,1000",
        "7,2,3.7,1000",
        "7,3,0.0,1000",
        "7,4,3.0,-5",
        "7,5,3.0,1577836801",
        "7,6,3.0",
        "7,7,3.0,1000,9",
        '"7","8","bad","1000"',
        ",9,3.0,1000",
        "7,10,3.0,1000,,",
        '7,11,3.0,1000,""',
        "7,12,3.0,1000, ",
      ),
    );
    expect(quarantine(reading)).to.deep.equal([
      [15, "not_a_whole_number", "x7,1,3.0,1000"],
      [16, "out_of_range", "7,-1,3.0,1000"],
      [17, "not_a_whole_number", "7,1.5,3.0,1000"],
      [18, "not_accepted", "7,2,3.7,1000"],
      [19, "not_accepted", "7,3,0.0,1000"],
      [20, "out_of_range", "7,4,3.0,-5"],
      [21, "out_of_range", "7,5,3.0,1577836801"],
      [22, "field_count", "7,6,3.0"],
      [23, "field_count", "7,7,3.0,1000,9"],
      [24, "not_a_number", '"7","8","bad","1000"'],
      [25, "missing_value", ",9,3.0,1000"],
      [26, "field_count", "7,10,3.0,1000,,"],
      [27, "field_count", '7,11,3.0,1000,""'],
      [28, "field_count", "7,12,3.0,1000, "],
    ]);
    expect(reading.account).to.include({ read: 28, kept: 14, superseded: 0, quarantined: 14 });
    expect(reading.quarantined[0]?.records[0]?.reason).to.equal(
      'userId "x7" is not a whole number',
    );
  });

  it("reads whole numbers by their value and takes a rating at the run's start", async () => {
    const reading = await read("ratings", ratings("81.0,9e+06,4,1577836800", "1,2,.5,0"));
    expect(ratingRows(reading)).to.deep.equal([
      [81n, 9000000n, 4, 1577836800n, 1n],
      [1n, 2n, 0.5, 0n, 2n],
    ]);
  });

  it("refuses text that only looks like a number to a lenient cast", async () => {
    const lenient = [
      "1_000",
      "0x1F",
      "1e400",
      "nan",
      "inf",
      "--1",
      "1 2",
      "１",
      "1e",
      "9223372036854775808",
    ];
    const records = lenient.map((text) => `${text},1,3.0,1000`);
    const reading = await read("ratings", ratings(...good(10), ...records));
    expect(reading.account).to.include({ kept: 10, quarantined: lenient.length });
  });

  it("numbers records past blank lines, other faults and quoted line ends", async () => {
    const keywords = [
      "id,keywords",
      "1,[]",
      "",
      "",
      "2,\"[{'id': 5, 'name': 'two\\nlines'}]\"",
      "3,\"[{'id': 5,\n\n'name': 'a'}]\"",
      "4",
      "5,[{'id']",
      '"6","[',
      '{}]"',
      "7,[]",
      "8,[]",
      "9,[]",
      "",
    ].join("\n");
    const reading = await read("keywords", keywords);
    expect(quarantine(reading)).to.deep.equal([
      [4, "field_count", "4"],
      [5, "not_a_literal", "5,[{'id']"],
      [6, "not_a_literal", '"6","[\n{}]"'],
    ]);
    expect(reading.account).to.include({ read: 9, kept: 6, quarantined: 3 });
  });

  it("lets the declared copy win, whatever the order, and counts the others", async () => {
    const records = ["1,1,3.0,2000", "1,1,4.0,1000", "1,1,2.0,2000", "2,1,1.0,1", "2,1,1.0,1"];
    for (const order of [records, [...records].reverse()]) {
      const reading = await read("ratings", ratings(...order));
      expect(
        ratingRows(reading)
          .map((row) => row.slice(0, 4))
          .sort(),
      ).to.deep.equal([
        [1n, 1n, 3, 2000n],
        [2n, 1n, 1, 1n],
      ]);
      expect(reading.account).to.include({ read: 5, kept: 2, superseded: 3 });
    }
  });

  it("reads several files as one, each with its own record numbers", async () => {
    const first = "id,keywords\n1,[]\nx,[]\n2,[]\n";
    const second = "id,keywords\n2,\"[{'id': 1, 'name': 'later'}]\"\n3,[]\ny,[]\n";
    const reading = await read("keywords", first, second);
    expect(quarantine(reading)).to.deep.equal([
      [2, "not_a_whole_number", "x,[]"],
      [3, "not_a_whole_number", "y,[]"],
    ]);
    expect(reading.account).to.include({ files: 2, read: 6, kept: 3, superseded: 1 });
    expect(reading.rows.map(([id]) => id)).to.deep.equal([1n, 2n, 3n]);
  });

  it("finds columns by name in any order and says which it reads past", async () => {
    const reading = await read(
      "ratings",
      "timestamp,note,rating,movieId,userId\n1000,hm,3.0,2,1\n",
    );
    expect(ratingRows(reading)).to.deep.equal([[1n, 2n, 3, 1000n, 1n]]);
    expect(reading.warnings.join()).to.include("note");
  });

  it("warns of a header alone", async () => {
    const reading = await read("ratings", ratings());
    expect(reading.account).to.include({ read: 0, kept: 0 });
    expect(reading.warnings.join()).to.include("no record");
  });

  it("reads a record of nearly two megabytes and quarantines a longer one", async () => {
    const literal = (size: number): string => `"[{'id': 1, 'name': '${"x".repeat(size)}'}]"`;
    const reading = await read(
      "keywords",
      `id,keywords\n1,${literal(1_900_000)}\n2,${literal(2_100_000)}\n3,[]\n`,
    );
    expect(reading.account).to.include({ read: 3, kept: 2, quarantined: 1 });
    expect(reading.quarantined[0]?.records[0]).to.include({
      recordNumber: 2,
      reasonCode: "too_long",
    });
  });

  it("refuses what is not this source's file, in one line", async () => {
    const refusals: [string, string | Buffer, RegExp][] = [
      ["ratings", "", /is empty/],
      ["ratings", "userId,movieId,score,timestamp\n1,1,1,1\n", /lacks the column rating;/],
      ["ratings", "a\n", /lacks the columns userId, movieId, rating, timestamp/],
      ["ratings", "userId,userId,movieId,rating,timestamp\n", /"userId" stands twice/],
      ["ratings", Buffer.from("\uFEFFuserId,movieId", "utf16le"), /not UTF-8/],
      [
        "keywords",
        Buffer.from("id,keywords\n1,[]\n2,caf\xe9\n", "latin1"),
        /record 2 .* not UTF-8/,
      ],
      ["ratings", ratings("a,1,3.0,1", "b,1,3.0,1"), /2 of 2 records cannot be read/],
      [
        "keywords",
        Buffer.from("id,keywords\n\n\n1,[]\n2,\xe9\n", "latin1"),
        /record 2 .* not UTF-8/,
      ],
      ["cpi", "\n\n\n", /lacks the columns DATE or Date or observation_date/],
      [
        "ratings",
        "userId,movieId,rating,timestamp\n1,1,1.0,1\r\n1,2,1.0,1\n",
        /lines in different ways/,
      ],
    ];
    for (const [name, content, message] of refusals) {
      expect((await failure(read(name, content), "input")).line).to.match(message);
    }
  });
});
