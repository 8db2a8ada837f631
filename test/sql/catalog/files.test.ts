import { expect } from "chai";

import { load, refusal, source } from "../../support/made-up-catalog.ts";

describe("the catalogue's files and datasets", () => {
  it("refuses a layout that does not give every column once", async () => {
    const laidOut = (file: string): Promise<string> =>
      refusal({
        "sources/things.yml": source.replace(
          "{ name: things.csv, layout: csv }",
          `{ name: things.dat, layout: delimited, delimiter: "|", encodings: [utf-8], ${file} }`,
        ),
      });
    expect(await laidOut("fields: [id]")).to.match(
      /things\.dat: its fields must give the column "name" once/,
    );
    expect(await laidOut("fields: [id, name, id]")).to.match(/must give the column "id" once/);
    expect(await laidOut("fields: [id, name], flags: { column: name, names: [a] }")).to.match(
      /must give the column "name" once/,
    );
    expect(await laidOut("fields: [id, name], absorbs: nmae")).to.match(
      /names "nmae", which is no column/,
    );
    expect(await laidOut("fields: [id, name], delimeter: ','")).to.match(/unknown key "delimeter"/);
    expect(await laidOut("fields: [id, name], encodings: [cp1252]")).to.match(
      /sources\/things\.yml/,
    );
  });

  it("refuses a dataset of unknown sources, or with an address that nobody could trust", async () => {
    const dataset = `
title: Things
publisher: Nobody
page: https://example.org/
licence: none
redistributable: true
holds: [things]
download: { file: a.zip, address: "https://example.org/a.zip", form: zip, bytes: 1, unpacked_bytes: 1 }
`;
    const { datasets } = await load({ "datasets/all.yml": dataset });
    expect(datasets[0]).to.deep.include({ name: "all", holds: ["things"], redistributable: true });
    const broken = async (from: string, to: string): Promise<string> =>
      refusal({ "datasets/all.yml": dataset.replace(from, to) });
    expect(await broken("[things]", "[thigns]")).to.match(
      /datasets\/all\.yml: holds names "thigns"/,
    );
    expect(await broken('"https://example.org/a', '"http://example.org/a')).to.match(/all\.yml:8/);
    expect(await broken("a.zip,", "../a.zip,")).to.match(/without folders/);
    expect(await broken("form: zip", "form: zip, md5: abc")).to.match(/32 hexadecimal digits/);
  });
});
