import { expect } from "chai";

import { catalog } from "../../support/catalog.ts";
import { declaration, load, refusal, source, staging } from "../../support/made-up-catalog.ts";

describe("the catalogue", () => {
  it("puts every table behind all that it reads", async () => {
    const { tables } = await catalog();
    for (const [index, table] of tables.entries()) {
      const before = tables.slice(0, index).map(({ id }) => id);
      const read = table.reads.filter((id) => !id.startsWith("raw."));
      expect(before, table.id).to.include.members(read);
    }
  });

  it("takes what a table reads from its SELECT, past comments, texts and CTEs", async () => {
    const { tables } = await load({
      "core/a.yml": declaration(""),
      "core/a.sql": `-- not from core.b
with things as (select id from staging.things where name <> 'from core.b'),
final as (select id from things)
select * from final`,
    });
    expect(tables.find(({ id }) => id === "core.a")?.reads).to.deep.equal(["staging.things"]);
  });

  it("refuses an unknown key by file and line", async () => {
    const text = declaration("  name: { type: STRING, description: Name, unti: stars }");
    expect(await refusal({ "core/a.yml": text, "core/a.sql": "" })).to.match(
      /^sql\/core\/a\.yml:7: unknown key "unti" in columns\.name/,
    );
  });

  it("refuses an unknown key at the top, in a source, a check and a tile", async () => {
    const top = await refusal({
      "core/a.yml": declaration("", "clusters: [id]"),
      "core/a.sql": "",
    });
    expect(top).to.match(/^sql\/core\/a\.yml:8: unknown key "clusters"/);
    const inSource = await refusal({ "sources/things.yml": `${source}licence: none\n` });
    expect(inSource).to.match(/^sql\/sources\/things\.yml:9: unknown key "licence"/);
    const check = "checks:\n  - { check: unique, columns: [id], severty: warn }";
    expect(await refusal({ "core/a.yml": declaration("", check), "core/a.sql": "" })).to.match(
      /a\.yml:9: unknown key "severty"/,
    );
    const tile = "tiles:\n  - { chart: table, columns: [id], color: id }";
    expect(await refusal({ "core/a.yml": declaration("", tile), "core/a.sql": "" })).to.match(
      /a\.yml:9: unknown key "color"/,
    );
  });

  it("names a mistyped key by its place, not the one that it should have been", async () => {
    const text = staging.replace("grain:", "grian:");
    expect(await refusal({ "staging/things.yml": text })).to.match(
      /^sql\/staging\/things\.yml:3: unknown key "grian"/,
    );
  });

  it("refuses a missing key, a wrong type and broken YAML by line", async () => {
    expect(await refusal({ "staging/things.yml": staging.replace(/grain.*\n/, "") })).to.match(
      /things\.yml:1: missing key "grain"/,
    );
    expect(await refusal({ "staging/things.yml": staging.replace("STRING", "TEXT") })).to.match(
      /things\.yml:7: columns\.name\.type/,
    );
    expect(await refusal({ "staging/things.yml": `${staging}\n  - [` })).to.match(
      /things\.yml:\d+: not valid YAML/,
    );
  });

  it("refuses a circle, and names its tables", async () => {
    const reads = (id: string): string =>
      `with final as (select id from ${id})\nselect * from final`;
    const line = await refusal({
      "core/a.yml": declaration(""),
      "core/a.sql": reads("core.b"),
      "core/b.yml": declaration(""),
      "core/b.sql": reads("core.a"),
    });
    expect(line).to.include("core.a -> core.b -> core.a").and.include("sql/core/");
  });

  it("refuses an unknown table by file and line", async () => {
    const line = await refusal({
      "core/a.yml": declaration(""),
      "core/a.sql": "with\nfinal as (select id from staging.thing)\nselect * from final",
    });
    expect(line).to.match(/^sql\/core\/a\.sql:2: there is no table staging\.thing/);
  });

  it("refuses an unknown column by file and line", async () => {
    const line = await refusal({
      "core/a.yml": declaration(""),
      "core/a.sql":
        "with final as (\n    select nmae as id from staging.things\n)\nselect * from final",
    });
    expect(line).to.match(/^sql\/core\/a\.sql:2: .*"nmae" not found/);
  });

  it("refuses a SELECT that gives other columns than are declared", async () => {
    const sql = (columns: string): string =>
      `with final as (select ${columns} from staging.things)\nselect * from final`;
    const yml = declaration("  name: { type: STRING, description: Name }");
    const cases = { "name, id": /column 1 .* name VARCHAR/, id: /column 2 .* missing/ };
    for (const [columns, message] of Object.entries(cases)) {
      expect(await refusal({ "core/a.yml": yml, "core/a.sql": sql(columns) })).to.match(message);
    }
    expect(await refusal({ "core/a.yml": yml, "core/a.sql": sql("id, name, 1 as one") })).to.match(
      /column 3 .* one INTEGER/,
    );
  });

  it("refuses data that flows backwards", async () => {
    const line = await refusal({
      "marts/m.yml": declaration(""),
      "marts/m.sql": "with final as (select id from raw.things)\nselect * from final",
    });
    expect(line).to.include("marts.m reads raw.things");
  });

  it("refuses a SELECT without a declaration and the reverse", async () => {
    expect(await refusal({ "core/a.sql": "select 1" })).to.include("no declaration beside it");
    expect(await refusal({ "core/a.yml": declaration("") })).to.include("no SELECT beside it");
  });

  it("refuses keys, clusters, checks and references to columns that are not there", async () => {
    const of = (more: string): Promise<string> =>
      refusal({
        "core/a.yml": declaration("", more),
        "core/a.sql": "with final as (select id from staging.things)\nselect * from final",
      });
    expect(await of("cluster: [nam]")).to.include('cluster names the column "nam"');
    expect(await of("partition: { column: id, by: DAY }")).to.include("a DATE or a TIMESTAMP");
    expect(await of("checks: [{ check: range, column: nam, min: 1 }]")).to.include('"nam"');
    expect(
      await of("checks: [{ check: foreign_key, columns: [id], references: core.z }]"),
    ).to.include("core.z (id), which does not exist");
    expect(
      await refusal({ "sources/things.yml": source.replace("key: [id]", "key: [ident]") }),
    ).to.include('"ident"');
  });

  it("refuses a check that its table cannot answer", async () => {
    const of = (check: string): Promise<string> =>
      refusal({
        "core/a.yml": declaration(
          "  name: { type: STRING, description: Name }",
          `checks: [${check}]`,
        ),
        "core/a.sql": "with final as (select id, name from staging.things)\nselect * from final",
      });
    expect(await of("{ check: expression, name: odd, expression: no_such > 1 }")).to.match(
      /^sql\/core\/a\.yml: check odd: .*"no_such" not found/,
    );
    expect(await of("{ check: range, column: name, min: 1 }")).to.include(
      "gives a range to a STRING",
    );
  });

  it("refuses a broken file of macros and a folder that nobody knows", async () => {
    expect(await refusal({ "macros/zzz.sql": "create macro" })).to.match(
      /^sql\/macros\/zzz\.sql:1: /,
    );
    expect(await refusal({ "bronze/a.sql": "select 1" })).to.include("sql/bronze: nobody knows");
  });

  it("refuses a tile that names a field which its mart lacks, or measures a bare number", async () => {
    const of = (tile: string): Promise<string> =>
      refusal({
        "marts/m.yml": declaration("", `tiles: [${tile.replace("{", "{ section: films,")}]`),
        "marts/m.sql": "with final as (select id from staging.things)\nselect * from final",
      });
    expect(await of("{ chart: table, columns: [id, title] }")).to.include('"title"');
    expect(await of("{ chart: line, x: id, y: id }")).to.include("no unit");
    expect(await of("{ chart: heatmap, x: id, y: id }")).to.include("without a colour");
    expect(await of("{ chart: line, x: id }")).to.include("needs an x and a y");
    expect(await of("{ chart: pie, x: id, y: id }")).to.include("tiles.0.chart");
  });

  it("refuses a tile that no chart can draw, or that filters by what tells nobody apart", async () => {
    const of = (tile: string): Promise<string> => {
      const columns =
        "  name: { type: STRING, description: A name }\n  n: { type: BIGINT, unit: things, description: How many }\n";
      return refusal({
        "marts/m.yml": declaration(columns, `tiles: [{ section: films, ${tile} }]`),
        "marts/m.sql":
          "with final as (select id, cast(null as string) as name, id as n from staging.things)\nselect * from final",
      });
    };
    expect(await of("chart: bar, x: name, y: n")).to.include("names stand on y");
    expect(await of("chart: line, x: n, y: name")).to.include("which a line cannot show");
    expect(await of("chart: line, x: [id, n], y: n")).to.include("no year and month");
    expect(await of("chart: bar, x: n, y: name, filter: name")).to.include(
      "name_id is not of the key",
    );
  });

  it("gives every mart a tile and every column a description", async () => {
    const { tables } = await catalog();
    for (const table of tables) {
      if (table.layer === "marts") expect(table.tiles, table.id).not.to.be.empty;
      for (const column of table.columns) expect(column.description, column.name).not.to.equal("");
    }
  });
});
