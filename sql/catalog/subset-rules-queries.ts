import { found, kindOf, nodeOf, nodesOf, textOf, type Rule, type Site } from "./subset-tree.ts";

/** Rules about the clauses of a SELECT: where its rows come from and how they are sorted. */

const tableInsteads: Readonly<Record<string, string>> = {
  TABLE_FUNCTION: "a table function: read a table of the catalog, or explode(array) in a subquery",
  EXPRESSION_LIST: "VALUES: write select ... union all select ...",
  PIVOT: "PIVOT: write one aggregate with filter (where ...) for each column",
  SHOW_REF: "DESCRIBE or SHOW: read a table",
};
const tableKinds = ["BASE_TABLE", "SUBQUERY", "JOIN", "EMPTY"];

export const plainTables: Rule = {
  id: "plain-tables",
  why: "Rows come from tables, subqueries and joins; everything else is one engine's own.",
  check: ({ sites }) =>
    sites
      .filter(
        ({ node, key }) => ["from_table", "left", "right", "source"].includes(key) && isFrom(node),
      )
      .flatMap((site) => {
        const kind = kindOf(site.node);
        if (!tableKinds.includes(kind)) {
          const instead = tableInsteads[kind] ?? "this: read a table, a subquery or a join";
          return [found(site, `FROM cannot hold ${instead}`)];
        }
        return nodeOf(site.node, "at_clause") === undefined
          ? []
          : [found(site, "AT (...) is not shared: read the table as it is")];
      }),
};

/** The sides of a comparison and of a union are called left and right too. */
function isFrom(node: Site["node"]): boolean {
  return textOf(node, "class") === "" && !textOf(node, "type").endsWith("_NODE");
}

const joinKinds = ["INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI"];

export const plainJoins: Rule = {
  id: "plain-joins",
  why: "NATURAL joins change with the columns; ASOF and POSITIONAL joins are DuckDB's alone.",
  check: ({ sites }) =>
    sites
      .filter(({ node }) => kindOf(node) === "JOIN")
      .filter(
        ({ node }) =>
          !["REGULAR", "CROSS"].includes(textOf(node, "ref_type")) ||
          !joinKinds.includes(textOf(node, "join_type")),
      )
      .map((site) =>
        found(
          site,
          `the join is ${textOf(site.node, "ref_type")} ${textOf(site.node, "join_type")}: ` +
            "write [left, right, full, semi, anti] join ... on or using, or cross join",
        ),
      ),
};

export const plainStars: Rule = {
  id: "plain-stars",
  why: "A star stands alone on Spark: exclude, replace, rename, columns() and patterns are DuckDB's.",
  check: ({ sites }) =>
    sites
      .filter(({ node }) => kindOf(node) === "STAR")
      // ORDER BY ALL is a star to the parser: sorts-place-nulls names it.
      .filter(({ parent }) => parent?.key !== "orders")
      .filter(
        ({ node, key }) =>
          key !== "select_list" ||
          node["columns"] === true ||
          nodeOf(node, "expr") !== undefined ||
          Object.entries(node).some(
            ([name, list]) => name.endsWith("_list") && Array.isArray(list) && list.length > 0,
          ),
      )
      .map((site) => found(site, "the star has an addition: write the columns out")),
};

const nodeKinds = ["SELECT_NODE", "SET_OPERATION_NODE"];

const clauses: readonly { is: (site: Site) => boolean; message: string }[] = [
  {
    is: ({ key }) => key === "qualify",
    message: "QUALIFY is not shared: number the rows in a CTE and filter in the next one",
  },
  {
    is: ({ key }) => key === "distinct_on_targets",
    message: "DISTINCT ON is not shared: number the rows with row_number() and keep the first",
  },
  {
    is: ({ node }) => nodeOf(node, "sample") !== undefined,
    message: "a sample is another one on every run: take rows by a condition on the key",
  },
  {
    is: ({ node }) => textOf(node, "setop_type") === "UNION_BY_NAME",
    message: "UNION BY NAME is not shared: write the columns in the same order on both sides",
  },
  {
    is: ({ node }) => kindOf(node).endsWith("_NODE") && !nodeKinds.includes(kindOf(node)),
    message: "this is no plain query: write a SELECT, or a UNION, EXCEPT or INTERSECT of two",
  },
];

export const plainSelects: Rule = {
  id: "plain-selects",
  why: "QUALIFY, DISTINCT ON, samples and unions by name are not Spark's.",
  check: ({ sites }) =>
    sites.flatMap((site) =>
      clauses.filter(({ is }) => is(site)).map(({ message }) => found(site, message)),
    ),
};

export const sortsPlaceNulls: Rule = {
  id: "sorts-place-nulls",
  why: "Where NULLs go differs: DuckDB puts them last, Spark first in an ascending order.",
  check: ({ sites }) =>
    sites
      // The order inside an aggregate is plain-aggregates' matter: percentile_cont skips NULLs.
      .filter(({ key, parent }) => key === "orders" && parent?.key !== "order_bys")
      .flatMap((site) => {
        if (kindOf(nodeOf(site.node, "expression")) === "STAR") {
          return [found(site, "ORDER BY ALL is not shared: write the columns out")];
        }
        return textOf(site.node, "null_order").startsWith("NULLS")
          ? []
          : [found(site, "the order does not say where NULLs go: add nulls first or nulls last")];
      }),
};

export const limitsAreOrdered: Rule = {
  id: "limits-are-ordered",
  why: "Without an order LIMIT takes other rows on every run; a percentage is DuckDB's alone.",
  check: ({ sites }) =>
    sites
      .filter(({ node }) => textOf(node, "type").startsWith("LIMIT_"))
      .flatMap((site) => {
        if (textOf(site.node, "type") !== "LIMIT_MODIFIER") {
          return [found(site, "LIMIT has a percentage: write a number of rows")];
        }
        const others = nodesOf(site.parent?.node, "modifiers");
        return others.some((other) => textOf(other, "type") === "ORDER_MODIFIER")
          ? []
          : [found(site, "LIMIT has no ORDER BY: add one that breaks every tie")];
      }),
};
