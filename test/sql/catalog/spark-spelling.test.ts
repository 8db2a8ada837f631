import { readFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { ownNames, sparkSpelling } from "../../../sql/catalog/spark-spelling.ts";
import { catalog } from "../../support/catalog.ts";
import { root } from "../../support/program.ts";

describe("Spark's spelling of our own names", () => {
  it("writes them out, with arguments that hold brackets and commas of their own", () => {
    expect(sparkSpelling("select bit_of(n % 60) as bit from t")).to.equal(
      "select shiftleft(1L, cast((n % 60) as int)) as bit from t",
    );
    expect(sparkSpelling("where holds_bit(coalesce(a, 0), bit_of(greatest(b, 1)))")).to.equal(
      "where ((coalesce(a, 0)) & (shiftleft(1L, cast((greatest(b, 1)) as int)))) <> 0",
    );
    expect(sparkSpelling("select three_best(r, t, m) as a, three_best(x, y, z) as b")).to.equal(
      "select slice(sort_array(collect_list(named_struct('highest', r, 'then_highest', t, 'lowest', -(m))), false), 1, 3) as a, " +
        "slice(sort_array(collect_list(named_struct('highest', x, 'then_highest', y, 'lowest', -(z))), false), 1, 3) as b",
    );
  });

  it("takes arguments for what they are together, and texts for texts", () => {
    expect(sparkSpelling("three_best(a, b, c + d)")).to.include("'lowest', -(c + d)");
    expect(sparkSpelling("BIT_OF (n)")).to.equal("shiftleft(1L, cast((n) as int))");
    expect(sparkSpelling("holds_bit(length(')(,'), b)")).to.equal("((length(')(,')) & (b)) <> 0");
  });

  it("leaves all other SQL as it is", async () => {
    for (const { select } of (await catalog()).tables) {
      if (select === undefined || ownNames.some((name) => select.includes(name))) continue;
      expect(sparkSpelling(select)).to.equal(select);
    }
    expect(sparkSpelling("select my_bit_of(1)")).to.equal("select my_bit_of(1)");
  });

  it("knows every name that the dialect calls our own", async () => {
    const dialect = await readFile(path.join(root, "sql", "macros", "dialect.sql"), "utf8");
    const own = dialect.slice(dialect.indexOf("-- Names of our own"));
    const defined = [...own.matchAll(/create or replace macro (\w+)\(/g)].map(([, name]) => name);
    expect(ownNames).to.have.members(defined);
  });
});
