import { DuckDBInstance } from "@duckdb/node-api";
import { expect } from "chai";

import { MarqueeError } from "../../../errors.ts";
import { SqlParser } from "../../../sql/catalog/parse.ts";

describe("parsing a SELECT", () => {
  let parser: SqlParser;

  before(async () => {
    parser = await SqlParser.create();
  });
  after(() => {
    parser.close();
  });

  /** The reads of a SELECT as `schema.table:line`, `table:line` where there is no schema. */
  async function readsOf(sql: string): Promise<string[]> {
    const { tables } = await parser.parse("sql/marts/a.sql", sql);
    return tables.map(({ schema, table, line }) =>
      [schema, `${table}:${line}`].filter((part) => part !== undefined).join("."),
    );
  }

  async function refusalOf(sql: string): Promise<MarqueeError> {
    try {
      await parser.parse("sql/marts/a.sql", sql);
    } catch (error) {
      expect(error).to.be.instanceOf(MarqueeError);
      return error as MarqueeError;
    }
    throw new Error(`this was parsed: ${sql}`);
  }

  it("gives the text, the tree and the file back", async () => {
    const parsed = await parser.parse("sql/marts/a.sql", "select 1 as a");
    expect(parsed).to.include({ file: "sql/marts/a.sql", sql: "select 1 as a" });
    expect(parsed.ast).to.include({ type: "SELECT_NODE" });
    expect(parsed.tables).to.deep.equal([]);
  });

  describe("finds the tables", () => {
    const cases: readonly (readonly [what: string, sql: string, reads: string[]])[] = [
      [
        "wherever they stand, in the order of the text, each time",
        "select (select max(a) from core.x)\nfrom core.y join core.z using (b)\n" +
          "where exists (select 1 from core.y) and c in (select c from core.w)\nunion all select 1 from core.v",
        ["core.x:1", "core.y:2", "core.z:2", "core.y:3", "core.w:3", "core.v:4"],
      ],
      ["in subqueries and windows", "select * from (select * from a.b) x, c", ["a.b:1", "c:1"]],
      [
        "but no CTEs",
        "with a as (select * from core.x) select * from a join A on true",
        ["core.x:1"],
      ],
      [
        "that have a schema and the name of a CTE",
        "with a as (select 1) select * from core.a",
        ["core.a:1"],
      ],
      [
        "that a CTE reads under its own name",
        "with a as (select * from a) select * from a",
        ["a:1"],
      ],
      [
        "that a CTE reads before the CTE of that name",
        "with a as (select * from b),\nb as (select * from a) select * from b",
        ["b:1"],
      ],
      [
        "but not a recursive CTE in itself",
        "with recursive a as (select 1 as x union all select x from a) select * from a",
        [],
      ],
      [
        "outside the SELECT that has a CTE of that name",
        "with a as (with b as (select 1) select * from b)\nselect * from a, b",
        ["b:2"],
      ],
      [
        "with outer CTEs seen inside, inner ones hiding them, and in both halves of a union",
        "with a as (select * from core.x)\n" +
          "select * from (with a as (select * from a, b), c as (select * from a) select * from c, d)\n" +
          "union all select * from a, c",
        ["core.x:1", "b:2", "d:2", "c:3"],
      ],
      [
        "after multi-byte characters",
        "select '日本\n語😀' as ü -- é\nfrom /* ß\n */ core.x",
        ["core.x:4"],
      ],
      ["with Windows line ends", "select 1\r\nfrom core.x", ["core.x:2"]],
    ];
    for (const [what, sql, reads] of cases) {
      it(what, async () => {
        expect(await readsOf(sql)).to.deep.equal(reads);
      });
    }
  });

  describe("refuses", () => {
    const cases: readonly (readonly [what: string, sql: string, line: string])[] = [
      ["an empty file", "", "1: there is no SQL here. Write one SELECT"],
      ["a file of comments", "-- one\n/* two */ ", "1: there is no SQL here. Write one SELECT"],
      [
        "a byte order mark",
        "\uFEFFselect 1",
        "1: there is a byte order mark. Save the file as UTF-8 without one",
      ],
      ["bad syntax", "select 1,\n  2 frm x y", '2: syntax error at or near "x"'],
      [
        "bad syntax after multi-byte characters",
        "select '日本\n語😀😀😀😀😀😀😀😀' as a,\n, 2",
        '3: syntax error at or near ","',
      ],
      ["a SELECT that breaks off", "select 1\nfrom a where\n\n", "2: syntax error at end of input"],
      ["an open text", "select 'é\né',\n'abc", '3: unterminated quoted string at or near "\'abc"'],
      [
        "an open text over lines",
        "select 1,\n'a\nb",
        '2: unterminated quoted string at or near "\'a b"',
      ],
      ["a SELECT of nothing", "select", "1: SELECT clause without selection list"],
      [
        "a semicolon",
        "select ';' as a -- ;\n;",
        "2: there is a semicolon. Write one SELECT without a semicolon",
      ],
      [
        "two statements",
        "select 1;\nselect 2",
        "1: there are 2 statements. Write one SELECT without a semicolon",
      ],
      [
        "an INSERT",
        "-- why\ninsert into a select 1",
        "2: this is not a SELECT: it begins with insert. Write one SELECT",
      ],
      [
        "a CREATE",
        "create table a as select 1",
        "1: this is not a SELECT: it begins with create. Write one SELECT",
      ],
      ["VALUES", "values (1)", "1: this is not a SELECT: it begins with values. Write one SELECT"],
      ["FROM first", "from a", "1: this is not a SELECT: it begins with from. Write one SELECT"],
      ["TABLE", "TABLE a", "1: this is not a SELECT: it begins with TABLE. Write one SELECT"],
      [
        "DESCRIBE",
        "describe a",
        "1: this is not a SELECT: it begins with describe. Write one SELECT",
      ],
      [
        "PIVOT",
        "pivot a on b using sum(c)",
        "1: this is not a SELECT: it begins with pivot. Write one SELECT",
      ],
    ];
    for (const [what, sql, line] of cases) {
      it(what, async () => {
        const refusal = await refusalOf(sql);
        expect(refusal.line).to.equal(`sql/marts/a.sql:${line}`);
        expect(refusal.reason).to.equal("catalog");
      });
    }
  });

  it("takes SELECTs in brackets and in capitals", async () => {
    expect(await readsOf("(SELECT a FROM core.x) UNION (SELECT a FROM core.y)")).to.have.length(2);
  });

  it("runs nothing and looks nothing up", async () => {
    const sql =
      "select no_such_function(b) from no_such.table_ where read_text('nowhere') = error('x')";
    expect(await readsOf(sql)).to.deep.equal(["no_such.table_:1"]);
  });

  it("works over a connection that it leaves open", async () => {
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const guest = SqlParser.over(connection);
    expect((await guest.parse("a.sql", "select 1")).tables).to.deep.equal([]);
    guest.close();
    expect((await connection.runAndReadAll("select 42")).getRows()).to.deep.equal([[42]]);
    connection.closeSync();
    instance.closeSync();
  });
});
