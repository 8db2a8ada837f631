import type { Token } from "./subset-source.ts";
import type { Finding, Rule } from "./subset-tree.ts";

/** Rules about wording: what DuckDB's parser turns into the same tree as the shared wording. */

/** The word so many places after the one that is looked at, in lower case; "" beyond the ends. */
type Words = (offset: number) => string;

interface Wording {
  is: (word: Words) => boolean;
  message: string;
}

const sequence = (wording: string, instead: string): Wording => ({
  is: (word) => wording.split(" ").every((part, offset) => word(offset) === part),
  message: `${wording.replace(/ \($/, "").toUpperCase()} is not shared: ${instead}`,
});

const comparisons = ["=", "<>", "!=", "<", "<=", ">", ">="];
const endsOfAList = [
  ...[")", "from", "where", "group", "having", "order", "limit", "union", "except", "intersect"],
];
const beforeASelect = ["(", "union", "all", "except", "intersect"];
const units = ["day", "days", "week", "weeks", "month", "months", "year", "years"];

const wordings: readonly Wording[] = [
  sequence("with recursive", "Spark 3.5 has no recursion: write the levels out"),
  sequence("as materialized (", "write `as (`"),
  sequence("as not materialized (", "write `as (`"),
  sequence("lateral", "write a join, or a correlated exists"),
  sequence("isnull", "write is null"),
  sequence("notnull", "write is not null"),
  sequence("fetch", "write limit"),
  sequence("count ( )", "write count(*)"),
  {
    is: (word) => word(0) === "count" && word(1) === "(" && word(3) === "." && word(4) === "*",
    message: "count(t.*) is not shared: write count(*)",
  },
  {
    is: (word) => word(0) === "," && endsOfAList.includes(word(1)),
    message: "a comma ends the list: leave it out",
  },
  {
    is: (word) => word(0) === "from" && beforeASelect.includes(word(-1)),
    message: "FROM stands first: write select ... from",
  },
  {
    is: (word) => word(0) === "filter" && word(1) === "(" && word(2) !== "where",
    message: "the filter lacks its where: write filter (where ...)",
  },
  {
    is: (word) => ["any", "some", "all"].includes(word(0)) && comparisons.includes(word(-1)),
    message: "a comparison with ANY or ALL is not shared: write in (...), or take max or min",
  },
  {
    is: (word) => word(0) === "interval" && !(/^\d+$/.test(word(1)) && units.includes(word(2))),
    message: "the interval is not plain: write interval 1 day, week, month or year",
  },
];

export const plainClauses: Rule = {
  id: "plain-clauses",
  why: "DuckDB takes wordings that Spark refuses or reads differently, and its tree hides them.",
  check: ({ tokens }) =>
    tokens.flatMap(({ line }, at) =>
      wordings
        .filter(({ is }) => is((offset) => tokens[at + offset]?.lower ?? ""))
        .map(({ message }) => ({ line, message })),
    ),
};

const types = new Set(["bigint", "double", "string", "boolean", "date", "timestamp"]);
const typeInsteads: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ varchar: "string", text: "string", char: "string", bpchar: "string" },
    ...{
      int: "bigint",
      integer: "bigint",
      smallint: "bigint",
      tinyint: "bigint",
      hugeint: "bigint",
    },
    ...{ int4: "bigint", int8: "bigint", long: "bigint", signed: "bigint", bool: "boolean" },
    ...{ float: "double", real: "double", decimal: "double", numeric: "double", float8: "double" },
    ...{ timestamptz: "timestamp", datetime: "timestamp" },
  }),
);

export const sixTypes: Rule = {
  id: "six-types",
  why: "These six cross every engine under these names; varchar without a length is an error on Spark.",
  check: ({ tokens }) => [
    ...tokens.flatMap((token, at) => {
      if (token.lower !== "cast" && token.lower !== "try_cast") return [];
      const type = castType(tokens, at + 1);
      return type === undefined || types.has(type) ? [] : [wrongType(token, type)];
    }),
    // A typed literal: date '2020-01-01' is shared, bigint '5' is not.
    ...tokens.flatMap((token, at) => {
      const isTyped =
        tokens[at + 1]?.kind === "string" && !["date", "timestamp"].includes(token.lower);
      const isType = types.has(token.lower) || typeInsteads.has(token.lower);
      return isTyped && isType ? [wrongType(token, `${token.lower} '...'`)] : [];
    }),
  ],
};

function wrongType({ line }: Token, type: string): Finding {
  const instead = typeInsteads.get(/^\w*/.exec(type)?.[0] ?? "");
  const hint = instead === undefined ? `one of ${[...types].join(", ")}` : `cast(x as ${instead})`;
  return { line, message: `the type ${type} is not shared: write ${hint}` };
}

/** What stands between `as` and the closing bracket of the cast that opens at a token. */
function castType(tokens: readonly Token[], open: number): string | undefined {
  let depth = 0;
  let as: number | undefined;
  for (let at = open; at < tokens.length; at++) {
    const word = tokens[at]?.lower;
    if (word === "(") depth++;
    else if (word === "as" && depth === 1) as = at;
    else if (word === ")" && --depth === 0) {
      return as === undefined
        ? undefined
        : tokens
            .slice(as + 1, at)
            .map(({ lower }) => lower)
            .join(" ");
    }
  }
  return undefined;
}
