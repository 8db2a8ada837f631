import {
  callOf,
  calls,
  found,
  kindOf,
  nodeOf,
  nodesOf,
  sortOf,
  textOf,
  type Rule,
  type Site,
} from "./subset-tree.ts";
import type { SqlNode } from "./parse.ts";

/** Rules about what looks at many rows: windows, aggregates, and arrays made into rows. */

const ranks = ["row_number", "rank", "dense_rank", "lag", "lead"];
const wholeFrames = ["CURRENT_ROW_RANGE", "UNBOUNDED_FOLLOWING"];

export const windowsAreOrdered: Rule = {
  id: "windows-are-ordered",
  why: "Without an order, ranks and frames follow the rows as they come. That ties are broken cannot be seen.",
  check: ({ sites }) =>
    sites
      .filter(({ node }) => kindOf(node) === "WINDOW" && nodesOf(node, "orders").length === 0)
      .filter(
        ({ node }) =>
          ranks.includes(callOf(node)) ||
          textOf(node, "start") !== "UNBOUNDED_PRECEDING" ||
          !wholeFrames.includes(textOf(node, "end")),
      )
      .map((site) =>
        found(
          site,
          `${callOf(site.node)} has no order: write over (... order by ...), ties broken`,
        ),
      ),
};

const windowExtras: readonly { is: (node: SqlNode) => boolean; message: string }[] = [
  {
    is: (node) =>
      [textOf(node, "start"), textOf(node, "end")].some((end) => end.endsWith("_GROUPS")),
    message: "GROUPS is not shared: write rows or range",
  },
  {
    is: (node) => textOf(node, "exclude_clause") !== "NO_OTHER",
    message: "EXCLUDE is not shared: write the frame without it",
  },
  {
    is: (node) => node["ignore_nulls"] === true,
    message: "IGNORE NULLS is not shared: leave the NULLs out in a CTE",
  },
  {
    is: (node) => node["distinct"] === true,
    message: "DISTINCT is not shared in a window: aggregate in a CTE and join it",
  },
  {
    is: (node) => nodeOf(node, "filter_expr") !== undefined,
    message: "FILTER is not shared in a window: write sum(case when ... then ... end) over (...)",
  },
  {
    is: (node) => nodesOf(node, "arg_orders").length > 0,
    message: "an order in the brackets is not shared: write it in over (...)",
  },
];

export const plainWindows: Rule = {
  id: "plain-windows",
  why: "Spark's windows know no GROUPS, EXCLUDE, DISTINCT, FILTER, nor IGNORE NULLS in the brackets.",
  check: ({ sites }) =>
    sites
      .filter(({ node }) => kindOf(node) === "WINDOW")
      .flatMap((site) =>
        windowExtras.filter(({ is }) => is(site.node)).map(({ message }) => found(site, message)),
      ),
};

export const plainAggregates: Rule = {
  id: "plain-aggregates",
  why: "Spark takes no ORDER BY inside an aggregate's brackets.",
  check: ({ sites }) =>
    sites
      .filter(({ node }) => sortOf(node).length > 0 && callOf(node) !== "percentile_cont")
      .map((site) =>
        found(
          site,
          `${callOf(site.node)} has an order inside: sort with array_sort, or number rows`,
        ),
      ),
};

export const listsAreSorted: Rule = {
  id: "lists-are-sorted",
  why: "collect_list and collect_set take the rows as they come.",
  check: ({ sites }) =>
    calls(sites, "collect_list", "collect_set")
      // With over (...) they are function-not-shared.
      .filter(({ node }) => kindOf(node) === "FUNCTION")
      .filter(({ parent }) => !["array_sort", "size"].includes(callOf(parent?.node)))
      .map((site) => {
        const call = callOf(site.node);
        return found(site, `${call} has no order: write array_sort(${call}(...))`);
      }),
};

export const explodeStandsAlone: Rule = {
  id: "explode-stands-alone",
  why: "Two of them are paired on DuckDB and multiplied on Spark; inside an expression Spark refuses.",
  check: ({ sites }) => {
    const seen = new Set<Site | undefined>();
    return calls(sites, "explode").flatMap((site) => {
      const isSecond = seen.has(site.parent);
      seen.add(site.parent);
      return site.key === "select_list" && !isSecond
        ? []
        : [found(site, "explode does not stand alone: make it the one such item of a subquery")];
    });
  },
};
