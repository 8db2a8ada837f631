import { DuckDBInstance } from "@duckdb/node-api";
import { expect } from "chai";

import { checkQuery } from "../../../sql/catalog/check-query.ts";
import { tableDeclaration } from "../../../sql/catalog/declaration.ts";
import { SqlParser } from "../../../sql/catalog/parse.ts";
import { lintSelect } from "../../../sql/catalog/subset.ts";
import { tableOf } from "../../../sql/catalog/table.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import { readYaml } from "../../../yaml.ts";
import { catalog } from "../../support/catalog.ts";

const today = new Date("2020-06-30T23:00:00Z");

function table(check: string, key = "key: [id]"): Table {
  const text = `
question: Which?
grain: one row per thing
${key}
columns:
  id: { type: BIGINT, description: Number }
  word: { type: STRING, description: Word }
  size: { type: DOUBLE, description: Size }
  day: { type: DATE, description: Day }
checks: [${check}]
`;
  return tableOf(
    "core",
    "things",
    "core/things.yml",
    readYaml("catalog", "t.yml", text, tableDeclaration),
  );
}

/** Failing rows of the declared check over rows written as SQL values. */
async function failing(check: string, rows: string): Promise<number> {
  const declared = table(check);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(
      "create schema core; create macro datediff(a, b) as date_diff('day', b, a)",
    );
    await connection.run(
      "create table core.things (id bigint, word varchar, size double, day date)",
    );
    await connection.run("create table core.parents as select 1::bigint as id");
    if (rows !== "") await connection.run(`insert into core.things values ${rows}`);
    const query = checkQuery(declared, declared.checks.at(-1)!, today);
    return Number((await connection.runAndReadAll(query)).getRowsJS()[0]?.[0]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe("checks", () => {
  const cases: [string, string, number][] = [
    [
      "{ check: unique, columns: [word] }",
      "(1,'a',1,null),(2,'a',1,null),(3,'a',1,null),(4,null,1,null),(5,null,1,null)",
      2,
    ],
    [
      "{ check: unique, columns: [word, id], null_safe: true }",
      "(1,null,1,null),(1,null,1,null),(2,null,1,null)",
      1,
    ],
    ["{ check: unique, columns: [word, id] }", "(1,null,1,null),(1,null,1,null)", 0],
    [
      "{ check: not_null, columns: [word, size] }",
      "(1,'a',1,null),(2,null,1,null),(3,'a',null,null),(4,null,null,null)",
      3,
    ],
    [
      "{ check: accepted_values, column: word, values: [a, b] }",
      "(1,'a',1,null),(2,'c',1,null),(3,null,1,null)",
      1,
    ],
    [
      "{ check: accepted_values, column: size, values: [0.5, 1] }",
      "(1,'a',0.5,null),(2,'c',1,null),(3,null,0.7,null)",
      1,
    ],
    [
      "{ check: range, column: size, min: 0.5, max: 5 }",
      "(1,'a',0.5,null),(2,'a',5,null),(3,'a',0.4,null),(4,'a',5.1,null),(5,'a',null,null)",
      2,
    ],
    ["{ check: range, column: size, min: 2 }", "(1,'a',1,null),(2,'a',9,null)", 1],
    [
      "{ check: foreign_key, columns: [id], references: core.parents }",
      "(1,'a',1,null),(2,'a',1,null),(2,'b',1,null),(null,'b',1,null)",
      2,
    ],
    ["{ check: row_count, min: 2 }", "(1,'a',1,null)", 1],
    [
      "{ check: row_count, min: 1, max: 2 }",
      "(1,'a',1,null),(2,'a',1,null),(3,'a',1,null),(4,'a',1,null)",
      2,
    ],
    ["{ check: row_count, min: 1, max: 2 }", "(1,'a',1,null)", 0],
    [
      "{ check: freshness, column: day, max_age_days: 29 }",
      "(1,'a',1,'2020-05-31'),(2,'a',1,'2020-01-01')",
      1,
    ],
    [
      "{ check: freshness, column: day, max_age_days: 30 }",
      "(1,'a',1,'2020-05-31'),(2,'a',1,'2020-01-01')",
      0,
    ],
    ["{ check: freshness, column: day, max_age_days: 30 }", "", 0],
    [
      "{ check: expression, name: e, expression: size > 1 }",
      "(1,'a',1,null),(2,'a',2,null),(3,'a',null,null)",
      2,
    ],
  ];
  for (const [check, rows, expected] of cases) {
    it(`${check} finds ${expected} in ${rows === "" ? "no rows" : rows}`, async () => {
      expect(await failing(check, rows)).to.equal(expected);
    });
  }

  it("follow from key and columns without being said", () => {
    const { checks } = table("", "null_safe_key: true\nkey: [id, word]");
    expect(checks).to.deep.equal([
      {
        check: "unique",
        columns: ["id", "word"],
        nullSafe: true,
        name: "unique_id_word",
        severity: "error",
      },
    ]);
    expect(table("").checks.map(({ name }) => name)).to.deep.equal(["unique_id", "not_null"]);
  });

  it("are each one SELECT in the shared subset", async () => {
    const parser = await SqlParser.create();
    try {
      for (const declared of (await catalog()).tables.filter(({ layer }) => layer !== "ops")) {
        for (const check of declared.checks) {
          const place = `${declared.id} ${check.name}`;
          const query = checkQuery(declared, check, today);
          expect(lintSelect(await parser.parse(place, query)), place).to.deep.equal([]);
        }
      }
    } finally {
      parser.close();
    }
  });
});
