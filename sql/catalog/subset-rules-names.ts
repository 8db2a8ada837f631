import { ctesOf } from "./parse.ts";
import { reservedWords } from "./subset-words.ts";
import { found, kindOf, textOf, type Rule, type Site } from "./subset-tree.ts";

/** Rules about names: of tables, CTEs and columns. */

const layers = ["staging", "core", "marts"];

export const finalSelect: Rule = {
  id: "final-select",
  why: "Every table reads the same way: CTEs, of which the last is `final`, then the whole of it.",
  check: ({ parsed: { ast }, tokens }) => {
    const last = tokens.slice(-5);
    const isShape =
      tokens[0]?.lower === "with" &&
      last.map(({ lower }) => lower).join(" ") === ") select * from final" &&
      ctesOf(ast).at(-1)?.name.toLowerCase() === "final";
    const message =
      "the SELECT is not `with ..., final as (...)` and then `select * from final` alone";
    return isShape ? [] : [found(last.at(-1) ?? { line: 1 }, message)];
  },
};

export const tablesHaveALayer: Rule = {
  id: "tables-have-a-layer",
  why: "Tables are found by layer.table on every engine; what has no layer is a CTE.",
  check: ({ parsed, sites }) => [
    ...parsed.tables
      .filter(({ schema }) => schema === undefined || !layers.includes(schema))
      .map(({ schema, table, line }) => {
        const what =
          schema === undefined ? `${table} is not a CTE above` : `${schema} is not a layer`;
        return { line, message: `${what}: write ${layers.join(". or ")}. before the table` };
      }),
    ...sites
      .filter(({ node }) => kindOf(node) === "BASE_TABLE" && textOf(node, "catalog_name") !== "")
      .map((site) => found(site, "a table has two dots: write layer.table")),
  ],
};

export const ctesAreUnique: Rule = {
  id: "ctes-are-unique",
  why: "A nested CTE that hides another one is an error on Spark and none on DuckDB.",
  check: ({ ctes }) => {
    const seen = new Set<string>();
    return ctes.flatMap((cte) => {
      const name = cte.name.toLowerCase();
      const isSecond = seen.has(name);
      seen.add(name);
      return isSecond
        ? [found(cte, `a second CTE is called ${cte.name}: give it its own name`)]
        : [];
    });
  },
};

export const namesNeedNoQuotes: Rule = {
  id: "names-need-no-quotes",
  why: "A reserved word as a name needs quotes in some engine or in the warehouse, and quotes differ.",
  check: ({ sites, ctes }) => {
    const aliases = sites.flatMap(({ node, line }) =>
      [textOf(node, "alias"), ...namesOf(node["column_name_alias"])].map((name) => ({
        name,
        line,
      })),
    );
    const named = ctes.flatMap(({ name, columns, line }) =>
      [name, ...columns].map((each) => ({ name: each, line })),
    );
    return [...aliases, ...named]
      .filter(({ name }) => reservedWords.has(name.toLowerCase()))
      .map((place) => found(place, `${place.name} is a reserved word: choose another name`));
  },
};

function namesOf(names: unknown): string[] {
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

export const itemsAreNamed: Rule = {
  id: "items-are-named",
  why: "An expression without a name is called otherwise on each engine: count_star() or count(1).",
  check: ({ sites }) =>
    sites
      .filter(({ key, parent }) => key === "select_list" && parent !== undefined && isNamed(parent))
      .filter(({ node }) => !["COLUMN_REF", "STAR"].includes(kindOf(node)))
      .filter(({ node }) => textOf(node, "alias") === "")
      .map((site) => found(site, "the expression has no name: write `as name` after it")),
};

/** The columns of a subquery in an expression, and of the second half of a union, go by no name. */
function isNamed({ key, parent }: Site): boolean {
  const isExpression = textOf(parent?.node, "class") === "SUBQUERY";
  return !isExpression && key !== "right";
}
