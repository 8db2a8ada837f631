import {
  insteadOf,
  movingFunctions,
  movingWords,
  sharedFunctions,
  windowFunctions,
  wordings,
} from "./subset-functions.ts";
import {
  callOf,
  calls,
  found,
  isInterval,
  kindOf,
  literalOf,
  nodesOf,
  textOf,
  type Rule,
} from "./subset-tree.ts";
import type { SqlNode } from "./parse.ts";

/** Rules about functions and what they are given. */

export const functionNotShared: Rule = {
  id: "function-not-shared",
  why: "Only functions that were tried on both engines and give the same are used.",
  check: ({ sites }) =>
    sites
      .filter(({ node }) => ["FUNCTION", "WINDOW"].includes(kindOf(node)) && !isInterval(node))
      // plain-tables has those that stand in FROM.
      .filter(({ parent }) => kindOf(parent?.node) !== "TABLE_FUNCTION")
      .flatMap((site) => {
        const problem = callProblem(site.node);
        return problem === undefined ? [] : [found(site, problem)];
      }),
};

function callProblem(node: SqlNode): string | undefined {
  const name = callOf(node);
  const owner = textOf(node, "schema");
  const shared = sharedFunctions.get(name);
  const isOperator = /^\W+$/.test(name);
  // The rule same-on-every-run has these, and plain-operators most operators.
  if (movingFunctions.has(name)) return undefined;
  if (isOperator && shared === undefined && insteadOf(name) === undefined) return undefined;

  // DuckDB writes `main` before functions that it makes of syntax: extract, position, [ ], ...
  if (owner !== "" && owner !== "main")
    return `${owner}.${name}() is not shared: write ${name}(...)`;
  if (kindOf(node) === "WINDOW") {
    if (windowFunctions.has(name)) return undefined;
    const what = shared === undefined ? name : `${name} with over (...)`;
    return `${what} is not shared: ${insteadOf(name) ?? "aggregate in a CTE and join it"}`;
  }
  if (shared === undefined) {
    const instead = insteadOf(name) ?? "use one of the functions in subset-functions.ts";
    return `${wordings.get(name) ?? name} is not shared: ${instead}`;
  }
  const [least, most] = shared;
  const count = nodesOf(node, "children").length;
  if (count >= least && count <= most) return undefined;
  const shape = most === least ? `${least}` : `${least} to ${most}`;
  return `${name} has ${count} arguments: on both engines it has ${shape}`;
}

export const sameOnEveryRun: Rule = {
  id: "same-on-every-run",
  why: "A rerun gives the same tables: the clock, the dice, the session and row ids do not.",
  check: ({ sites }) =>
    sites.flatMap((site) => {
      const names = site.node["column_names"];
      const word: unknown = Array.isArray(names) ? names.at(-1) : undefined;
      const name = typeof word === "string" ? word.toLowerCase() : callOf(site.node);
      const isMoving = typeof word === "string" ? movingWords.has(name) : movingFunctions.has(name);
      return isMoving
        ? [found(site, `${name} changes from run to run: take a column, or number the rows`)]
        : [];
    }),
};

export const substringsStartAtOne: Rule = {
  id: "substrings-start-at-one",
  why: "The first character is 1; from 0, or with a negative length, the engines cut differently.",
  check: ({ sites }) =>
    calls(sites, "substring", "substr").flatMap((site) => {
      const [, start, length] = nodesOf(site.node, "children");
      const first = literalOf(start);
      const isStart = typeof first === "number" && first !== 0;
      const isLength = length === undefined || isNeverNegative(length);
      return [
        ...(isStart
          ? []
          : [found(site, "the start is not a number other than 0: write 1 or more")]),
        ...(isLength ? [] : [found(site, "the length may be negative: write greatest(length, 0)")]),
      ];
    }),
};

function isNeverNegative(node: SqlNode): boolean {
  const literal = literalOf(node);
  if (typeof literal === "number") return literal >= 0;
  return callOf(node) === "greatest" && nodesOf(node, "children").some(isNeverNegative);
}

export const patternsArePlain: Rule = {
  id: "patterns-are-plain",
  why: "RE2 and Java agree on simple patterns only; regexp_replace takes the first match on DuckDB, all on Spark.",
  check: ({ sites }) => [
    ...calls(sites, "~~", "!~~", "regexp_like", "regexp_replace").flatMap((site) => {
      const pattern = literalOf(nodesOf(site.node, "children")[1]);
      if (typeof pattern !== "string") return [found(site, "the pattern is not a text: write one")];
      const problem = callOf(site.node).startsWith("regexp_") ? patternProblem(pattern) : undefined;
      return problem === undefined ? [] : [found(site, `'${pattern}' ${problem}`)];
    }),
    ...calls(sites, "regexp_replace").flatMap((site) => {
      const [, pattern, replacement] = nodesOf(site.node, "children").map(literalOf);
      const isOnce = typeof pattern === "string" && /^(?:\^[^|]*|[^|]*\+\$)$/.test(pattern);
      const isPlain = typeof replacement === "string" && !replacement.includes("$");
      return [
        ...(isOnce
          ? []
          : [
              found(
                site,
                "it may match twice: begin with ^ or end with +$, no |, or write replace",
              ),
            ]),
        ...(isPlain
          ? []
          : [found(site, "the replacement is not a text without $, a group on Spark: write one")]),
      ];
    }),
  ],
};

function patternProblem(pattern: string): string | undefined {
  if (/\(\?(?!:)/.test(pattern)) return "has a group with flags: write (...) or (?:...)";
  // What stands between [ and ], the first character aside, which may be a bracket itself.
  const classes = pattern.match(/\[\^?[^\]]*/g) ?? [];
  if (classes.some((set) => /^\[\^?$|^\[.*\[|&&/s.test(set))) {
    return "has a bracket or && inside [ ]: write [a-z0-9 ] without either";
  }
  return undefined;
}

const expressionKinds = [
  ...["COLUMN_REF", "CONSTANT", "FUNCTION", "WINDOW", "CAST", "CASE", "COMPARISON", "CONJUNCTION"],
  ...["BETWEEN", "SUBQUERY", "STAR"],
];
const operatorTypes = [
  ...["OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE"],
  ...["COMPARE_IN", "COMPARE_NOT_IN"],
  // try(...) is for casts-are-strict.
  "OPERATOR_TRY",
];
const constructs: ReadonlyMap<string, string> = new Map([
  ["LAMBDA", "a lambda is not shared: explode the array in a subquery and work on its rows"],
  ["PARAMETER", "a parameter is not shared: write the value, or read it from a table"],
  ["POSITIONAL_REFERENCE", "a column by its number is not shared: write its name"],
  ["COLLATE", "a collation is not shared: text is compared by its code points"],
  ["GROUPING_FUNCTION", "grouping() is not shared: mark each set of rows with a column"],
  ["ARRAY_EXTRACT", "an index is not shared: explode the array in a subquery"],
  ["ARRAY_SLICE", "a slice is not shared: explode the array in a subquery and filter its rows"],
  ["ARRAY_CONSTRUCTOR", "an array literal is not shared: keep its values as rows of a CTE"],
  ["STRUCT_EXTRACT", "a field of an expression is not shared: name it in a subquery first"],
]);

export const constructNotShared: Rule = {
  id: "construct-not-shared",
  why: "Only expressions that both engines know are used: columns, literals, calls, conditions, CASE, IN.",
  check: ({ sites }) =>
    sites
      .filter(({ node }) => textOf(node, "class") !== "" && !isInterval(node))
      .filter(({ node }) => !expressionKinds.includes(kindOf(node)))
      .filter(({ node }) => !operatorTypes.includes(textOf(node, "type")))
      .map((site) => {
        const type = textOf(site.node, "type");
        const known = constructs.get(type) ?? constructs.get(kindOf(site.node));
        return found(site, known ?? `${type} is not shared: write it with other means`);
      }),
};
