import { expect } from "chai";
import fc from "fast-check";

import type { DelimitedLayout } from "../../../sql/catalog/types.ts";
import { catalog } from "../../support/catalog.ts";
import { failure } from "../../support/errors.ts";
import {
  type GivenFile,
  quarantine,
  read,
  readIn,
  withSession,
} from "../../support/read-source.ts";

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
      expect(reading.rows.slice(0, 3).map((row) => row.slice(0, 4))).to.deep.equal([
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
      ["titles", moviesDat("1::caf\xe9 \x92::Drama"), /neither UTF-8 nor Latin-1/],
    ];
    for (const [source, file, message] of refusals) {
      const error = await failure(read(source, file), "input");
      expect(error.line).to.match(message);
      expect(error.line).not.to.include("\n");
    }
  });

  it("reads any fields back as they were written", async function () {
    this.timeout(60_000);
    const layouts = await delimitedLayouts();
    await withSession(async (session, folder) => {
      const property = fc.asyncProperty(
        anyFile(layouts),
        async ({ source, name, layout, lines }) => {
          const content = Buffer.from(lines.map((line) => `${line}\n`).join(""), "utf8");
          // Enough good lines that no file is refused for its faults.
          const good = goodLines(layout, lines.length);
          const file = { name, content: Buffer.concat([content, Buffer.from(good)]) };
          const reading = await readIn(session, folder, source, [file]);
          const records = lines.filter((line) => line !== "");
          expect(reading.account.read).to.equal(records.length + lines.length);

          const faults = new Map(
            reading.quarantined[0]?.records.map((fault) => [fault.recordNumber, fault]) ?? [],
          );
          for (const [index, line] of records.entries()) {
            const fault = faults.get(index + 1);
            const fields = splitByHand(line, layout);
            expect(fault?.reasonCode === "field_count", line).to.equal(fields === undefined);
            if (fault !== undefined) expect(fault.record).to.equal(line);
            else if (source === "titles" && fields !== undefined) {
              const row = reading.rows.find((candidate) => Number(candidate.at(-1)) === index + 1);
              // A copy of the same film may have won.
              if (row !== undefined) expect(row[1]).to.equal(fields[1] === "" ? null : fields[1]);
            }
          }
        },
      );
      await fc.assert(property, { numRuns: 120 });
    });
  });
});

type NamedLayout = { source: string; name: string; layout: DelimitedLayout };

async function delimitedLayouts(): Promise<NamedLayout[]> {
  const { sources } = await catalog();
  return sources.flatMap(({ name: source, files }) =>
    files.flatMap(({ name, layout }) =>
      layout.kind === "delimited" ? [{ source, name, layout }] : [],
    ),
  );
}

function anyFile(layouts: readonly NamedLayout[]): fc.Arbitrary<NamedLayout & { lines: string[] }> {
  return fc.constantFrom(...layouts).chain((named) => {
    const { delimiter, fields } = named.layout;
    const text = fc.array(
      fc.constantFrom(
        "1",
        "7",
        "0",
        "3.5",
        "é",
        "宮",
        '"',
        "'",
        ":",
        "|",
        "\t",
        ",",
        " ",
        "\\",
        "(1999)",
        "x",
      ),
      { maxLength: 4 },
    );
    const line = fc
      .array(
        text.map((parts) => parts.join("")),
        { minLength: fields.length - 1, maxLength: fields.length + 1 },
      )
      .map((parts) => parts.join(delimiter));
    const likely = fc
      .tuple(fc.integer({ min: 1, max: 99 }), text)
      .map(([id, parts]) => goodLine(named.layout, id).replace("T", parts.join("")));
    return fc
      .array(fc.oneof(line, likely), { minLength: 1, maxLength: 12 })
      .map((lines) => ({ ...named, lines }));
  });
}

/** A line of the layout that can be read; a title is T. */
function goodLine({ delimiter, fields }: DelimitedLayout, id: number): string {
  const values: Record<string, string> = {
    title: "T",
    rating: "3",
    rated_second: "5",
    genres: "War",
  };
  return fields
    .map(
      ({ name, column, flag }) =>
        values[name] ?? (flag ? "0" : column === undefined ? "" : `${id}`),
    )
    .join(delimiter);
}

const goodLines = (layout: DelimitedLayout, count: number): string =>
  Array.from({ length: count }, (_, index) => `${goodLine(layout, 1000 + index)}\n`).join("");

/** What the layout's words say, done by hand; undefined where the number of fields is wrong. */
function splitByHand(
  line: string,
  { delimiter, fields, absorbs }: DelimitedLayout,
): string[] | undefined {
  const parts = line.split(delimiter);
  if (absorbs === undefined) return parts.length === fields.length ? parts : undefined;
  if (parts.length < fields.length) return undefined;
  const surplus = parts.length - fields.length;
  const absorbed = parts.slice(absorbs, absorbs + surplus + 1).join(delimiter);
  return [...parts.slice(0, absorbs), absorbed, ...parts.slice(absorbs + surplus + 1)];
}
