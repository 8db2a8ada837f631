import path from "node:path";

import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";

import {
  recordTexts,
  someLineEndsWithComma,
  type SurveyedRecord,
  surveyRecords,
} from "../../../jobs/prepare/survey.ts";
import { withFolder, writeFiles } from "../../support/folder.ts";

async function survey(content: string, fields = 3): Promise<(SurveyedRecord & { text: string })[]> {
  return withFolder(async (folder) => {
    await writeFiles(folder, { "a.csv": content });
    const file = path.join(folder, "a.csv");
    const records: SurveyedRecord[] = [];
    await surveyRecords(file, fields, (record) => records.push(record));
    const texts = await recordTexts(file, records);
    return records.map((record, index) => ({ ...record, text: texts[index] ?? "" }));
  });
}

const texts = async (content: string): Promise<string[]> =>
  (await survey(content)).map(({ text }) => text);

describe("the survey of a CSV file", () => {
  it("gives records as they were received, without header and blank lines", async () => {
    expect(await texts('a,b,c\n1,2,3\n\n4,"5",6\n\n')).to.deep.equal(["1,2,3", '4,"5",6']);
    expect(await texts("\uFEFFa,b,c\r\n1,2,3\r\n\r\n4,5,6")).to.deep.equal(["1,2,3", "4,5,6"]);
    expect(await texts("a,b,c\r1,2,3\r4,5,6\r")).to.deep.equal(["1,2,3", "4,5,6"]);
    expect(await texts("a,b,c")).to.deep.equal([]);
    expect(await texts("")).to.deep.equal([]);
  });

  it("keeps line ends inside quotes within the record", async () => {
    const record = '1,"two\r\n\nlines ""quoted"", with comma",3';
    expect(await texts(`a,b,c\n${record}\n4,5,6\n`)).to.deep.equal([record, "4,5,6"]);
  });

  it("counts fields, and tells empty surplus from other surplus", async () => {
    const records = await survey("a,b,c\n1,2\n1,2,3,,\n1,2,3,4\n,,\n");
    expect(records.map(({ fields }) => fields)).to.deep.equal([2, 5, 4, 3]);
    expect(records.map(({ surplusIsEmpty }) => surplusIsEmpty)).to.deep.equal([
      true,
      true,
      false,
      true,
    ]);
  });

  it("marks a quoted field that goes on behind its quote, up to the line's end", async () => {
    const records = await survey('a,b,c\n1,"2"x,3\n4,5,6\n');
    expect(records.map(({ broken, text }) => [broken, text])).to.deep.equal([
      [true, '1,"2"x,3'],
      [false, "4,5,6"],
    ]);
  });

  it("marks a quoted field that never ends", async () => {
    const records = await survey('a,b,c\n1,2,3\n4,"5,6\n7,8,9\n');
    expect(records.map(({ broken }) => broken)).to.deep.equal([false, true]);
  });

  it("finds the records and fields that a CSV library finds in any well-formed file", async () => {
    const field = fc.oneof(
      fc.string({ unit: fc.constantFrom("a", "é", "宮", ",", '"', "\n", "\r", " ", "'") }),
      fc.constantFrom("", " ", '"', "\r\n", ",,", "0"),
    );
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 8 });
    const delimiters = fc.constantFrom("\n", "\r\n");
    await fc.assert(
      fc.asyncProperty(rows, delimiters, fc.boolean(), async (records, end, quoted) => {
        const content = stringify([["a", "b", "c"], ...records], {
          record_delimiter: end,
          quoted_match: /^[\s]|[\r\n]/,
          quoted,
        });
        const expected: string[][] = parse(content, {
          relax_column_count: true,
          record_delimiter: end,
          skip_empty_lines: true,
          from: 2,
        });
        const found = await survey(content);
        expect(found.map(({ fields }) => fields)).to.deep.equal(expected.map((row) => row.length));
        expect(found.some(({ broken }) => broken)).to.equal(false);
        const reread = found.map(({ text }) => parse(text)[0]);
        expect(reread).to.deep.equal(expected);
      }),
      { numRuns: 150 },
    );
  });

  it("does not depend on where a block of bytes ends", async () => {
    const filler = "x".repeat((1 << 20) - 9);
    const content = `a,b,c\n${filler},"é\r\n",3\r\n4,5,6\n`;
    const records = await survey(content);
    expect(records.map(({ text }) => text.length)).to.deep.equal([filler.length + 8, 5]);
  });

  it("sees a comma at a line's end, also across blocks and at the file's end", async () => {
    const ends = async (content: string): Promise<boolean> =>
      withFolder(async (folder) => {
        await writeFiles(folder, { "a.csv": content });
        return someLineEndsWithComma(path.join(folder, "a.csv"));
      });
    expect(await ends("a,b\n1,2\n")).to.equal(false);
    expect(await ends("a,b\n1,\n")).to.equal(true);
    expect(await ends("a,b\r\n1,\r\n")).to.equal(true);
    expect(await ends("a,b\n1,")).to.equal(true);
    expect(await ends("x".repeat((1 << 20) - 1) + ",\n")).to.equal(true);
    expect(await ends("x".repeat((1 << 20) - 1) + ",y\n")).to.equal(false);
  });
});
