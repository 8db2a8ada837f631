import { expect } from "chai";

import { failure } from "../../support/errors.ts";
import { type GivenFile, quarantine, ratingRows, read } from "../../support/read-source.ts";

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
const moviesDat = (...lines: string[]): GivenFile => ({
  name: "movies.dat",
  content: latin1(`${lines.join("\n")}\n`),
});

/** The flags of a u.item record: 1 for the places asked for. */
const flags = (...set: number[]): string =>
  Array.from({ length: 19 }, (_, place) => (set.includes(place) ? "1" : "0")).join("|");
const uItem = (...lines: string[]): GivenFile => ({
  name: "u.item",
  content: latin1(`${lines.join("\n")}\n`),
});

describe("reading MovieLens' old layouts", () => {
  it("reads ratings.dat and u.data, and quarantines lines whole, by number", async () => {
    const records = [
      "1@2@3@978300760",
      "2@2@4.5@978300761",
      "x@2@3@1",
      "3@2@3",
      "4@2@3@1@",
      "5@9@0@1",
    ];
    for (const [name, delimiter] of [
      ["ratings.dat", "::"],
      ["u.data", "\t"],
    ] as const) {
      const lines = [...records, ...records.map((_, index) => `${index + 10}@7@1@5`)].map((line) =>
        line.replaceAll("@", delimiter),
      );
      const reading = await read("ratings", { name, content: lines.join("\n") });
      expect(
        ratingRows(reading)
          .slice(0, 3)
          .map((row) => row.slice(0, 4)),
      ).to.deep.equal([
        [1n, 2n, 3, 978300760n],
        [2n, 2n, 4.5, 978300761n],
        [10n, 7n, 1, 5n],
      ]);
      expect(quarantine(reading)).to.deep.equal(
        [
          [3, "not_a_whole_number"],
          [4, "field_count"],
          [5, "field_count"],
          [6, "not_accepted"],
        ].map(([number, code]) => [number, code, lines[Number(number) - 1]]),
      );
      expect(reading.account).to.include({ read: 12, kept: 8, quarantined: 4 });
    }
  });

  it("reads Latin-1 titles right, and those of a copy that was converted to UTF-8", async () => {
    const title = "Double Life of Veronique, The (La Double Vie de Véronique) (1991)";
    // Latin-1 has a character for every byte, if one that nobody sees.
    const every = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0xa1 + index));
    const odd = `A\x80\x92\x9f ${every.join("")}`;
    const { rows: all } = await read("titles", moviesDat(`1::${odd}::Drama`, "2::B::War"));
    expect(all.map(([, text]) => text)).to.deep.equal([odd, "B"]);
    for (const encoding of ["latin1", "utf8"] as const) {
      const content = Buffer.from(`1176::${title}::Drama\n2::Plain (1990)::War\n`, encoding);
      const { rows } = await read("titles", { name: "movies.dat", content });
      expect(rows[0]).to.deep.equal([1176n, title, "Drama", 1n]);
    }
  });

  it("lets a title hold the delimiter, quotes, pipes and commas", async () => {
    const { rows, account } = await read(
      "titles",
      moviesDat(
        "1::A :: B::C:: (1999)::Drama|War",
        '2::"Great | Things", Part 1 (2000)::Comedy',
        "3::::",
        "4",
      ),
    );
    expect(rows).to.deep.equal([
      [1n, "A :: B::C:: (1999)", "Drama|War", 1n],
      [2n, '"Great | Things", Part 1 (2000)', "Comedy", 2n],
      [3n, null, null, 3n],
    ]);
    expect(account).to.include({ read: 4, quarantined: 1 });
  });

  it("makes genres of u.item's flags, in the order of the file", async () => {
    const reading = await read(
      "titles",
      uItem(
        `1|Toy Story (1995)|01-Jan-1995||http://us.imdb.com/M/title-exact?Toy%20Story|${flags(3, 4, 5)}`,
        `267|unknown||||${flags(0)}`,
        `3|None (1996)||||${flags()}`,
        `4|All (1996)||||${flags(1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)}`,
        `5|Pipe | in it||||${flags(1)}`,
        `6|Bad flag||||${flags(1).replace("0", "2")}`,
        `7|No flag||||${flags(1).replace("0", "")}`,
      ),
    );
    expect(reading.rows.map(([id, , genres]) => [id, genres])).to.deep.equal([
      [1n, "Animation|Children's|Comedy"],
      [267n, "unknown"],
      [3n, null],
      [
        4n,
        "Action|Adventure|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western",
      ],
    ]);
    expect(quarantine(reading).map((fault) => (fault as unknown[]).slice(0, 2))).to.deep.equal([
      [5, "field_count"],
      [6, "not_accepted"],
      [7, "not_accepted"],
    ]);
  });

  it("skips blank lines, takes Windows line ends and a last line without one", async () => {
    const { rows, account } = await read("ratings", {
      name: "ratings.dat",
      content: "\r\n1::1::3::1\r\n\r\n2::1::3::1\r\n3::1::3::1",
    });
    expect(rows.map(([user]) => user)).to.deep.equal([1n, 2n, 3n]);
    expect(account).to.include({ read: 3, kept: 3 });
  });

  it("refuses what is not this layout, in one line", async () => {
    const refusals: [string, GivenFile, RegExp][] = [
      [
        "ratings",
        { name: "ratings.dat", content: "1\t1\t3\t1\n" },
        /1 of 1 records .* 1 fields where 4/,
      ],
      ["ratings", { name: "u.data", content: "" }, /u\.data is empty/],
      // A damaged UTF-8 file must not be taken for Latin-1: all its accents would be lost.
      [
        "titles",
        {
          name: "movies.dat",
          content: Buffer.concat([
            Buffer.from("1::Véro::War\n3::Café::War\n2::A"),
            latin1("\xff::War\n"),
          ]),
        },
        /record 3 holds bytes that are not UTF-8/,
      ],
      [
        "ratings",
        { name: "u.data", content: `${"1".repeat(2_000_001)}\n1\t1\t3\t1\n` },
        /a line is longer/,
      ],
      [
        "ratings",
        { name: "u.data", content: "1\t1\t3\t1\r\n2\t1\t3\t1\n" },
        /lines in different ways/,
      ],
    ];
    for (const [source, file, message] of refusals) {
      const error = await failure(read(source, file), "input");
      expect(error.line).to.match(message);
      expect(error.line).not.to.include("\n");
    }
  });
});
