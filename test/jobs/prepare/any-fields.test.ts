import { expect } from "chai";
import fc from "fast-check";

import type { DelimitedLayout } from "../../../sql/catalog/types.ts";
import { catalog } from "../../support/catalog.ts";
import { readIn, withSession } from "../../support/read-source.ts";

describe("reading delimited files of any fields", () => {
  it("reads any fields back as they were written", async () => {
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
    rated_at: "5",
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
