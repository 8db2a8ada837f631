import {
  callOf,
  calls,
  castOf,
  found,
  isInterval,
  items,
  kindOf,
  literalOf,
  nodeOf,
  nodesOf,
  type Rule,
  type Site,
} from "./subset-tree.ts";
import type { SqlNode } from "./parse.ts";
import { isNonzero, Types } from "./subset-values.ts";

/** Rules about values: their types, and what arithmetic makes of them. */

export const integerResultsAreCast: Rule = {
  id: "integer-results-are-cast",
  why: "Counts, sums, ranks and parts of dates are HUGEINT or BIGINT on DuckDB, BIGINT or INT on Spark.",
  // In a condition or a divisor the width is harmless: what matters is what a SELECT hands on.
  check: ({ sites }) => {
    const types = new Types(sites);
    return items(sites).flatMap((item) =>
      types.uncastWholeNumbers(item.node).map((node) => {
        const call = callOf(node);
        const hint = call === "sum" ? "bigint), or as double for a sum of doubles" : "bigint)";
        const place = sites.find((site) => site.node === node) ?? item;
        return found(place, `${call} is not cast: write cast(${call}(...) as ${hint}`);
      }),
    );
  },
};

export const nullsHaveAType: Rule = {
  id: "nulls-have-a-type",
  why: "A bare NULL is an INTEGER column on DuckDB and one of no type on Spark, which no file can hold.",
  check: ({ sites }) =>
    items(sites)
      .filter(({ node }) => kindOf(node) === "CONSTANT" && literalOf(node) === undefined)
      .map((site) => found(site, "NULL has no type: write cast(null as string) or its like")),
};

export const divisorsAreNotZero: Rule = {
  id: "divisors-are-not-zero",
  why: "x / 0 is infinite on DuckDB and an error on Spark.",
  check: ({ sites }) =>
    calls(sites, "/", "%")
      .filter(({ node }) => !nodesOf(node, "children").slice(1).every(isNonzero))
      .map((site) =>
        found(site, `what ${callOf(site.node)} divides by may be zero: write nullif(divisor, 0)`),
      ),
};

export const doublesStayDoubles: Rule = {
  id: "doubles-stay-doubles",
  why: "A double cast to bigint is rounded by DuckDB and cut by Spark; as text 1e7 is 10000000.0 or 1.0E7.",
  check: ({ sites }) => {
    const types = new Types(sites);
    const isDouble = (node: SqlNode) => types.isDouble(node);
    return [
      ...sites
        .filter(({ node }) => ["BIGINT", "VARCHAR"].includes(castOf(node)))
        .filter(({ node }) => {
          const child = nodeOf(node, "child");
          return child !== undefined && isDouble(child);
        })
        .map((site) => found(site, "a double is cast to bigint or string: keep it a double")),
      ...calls(sites, "||", "concat_ws")
        .filter(({ node }) => nodesOf(node, "children").some(isDouble))
        .map((site) => found(site, "a double becomes part of a text: keep it a double")),
    ];
  },
};

export const castsAreStrict: Rule = {
  id: "casts-are-strict",
  why: "try_cast takes 1_000 and 2.7 as whole numbers on DuckDB, and other texts on Spark.",
  check: ({ sites }) =>
    sites
      .filter(({ node }) => node["try_cast"] === true || node["type"] === "OPERATOR_TRY")
      .map((site) =>
        found(
          site,
          "try hides faults: write case when regexp_like(x, ...) then cast(x as ...) end",
        ),
      ),
};

const units = ["day", "week", "month", "quarter", "year"];

export const datesAreCast: Rule = {
  id: "dates-are-cast",
  why: "date_trunc and date + interval are DATE or TIMESTAMP, differently on each engine.",
  check: ({ sites }) => [
    ...calls(sites, "date_trunc").flatMap((site) => {
      const unit = literalOf(nodesOf(site.node, "children")[0]);
      if (typeof unit !== "string" || !units.includes(unit)) {
        return [found(site, `date_trunc's unit is not one of '${units.join("', '")}'`)];
      }
      return castOf(site.parent?.node) === "DATE"
        ? []
        : [found(site, "date_trunc is not cast: write cast(date_trunc(...) as date)")];
    }),
    ...sites
      .filter(({ node }) => isInterval(node))
      .filter(({ parent }) => castOf(aroundSums(parent)?.node) !== "DATE")
      .map((site) =>
        found(site, "the interval's sum is not cast: write cast(d + interval ... as date)"),
      ),
  ],
};

/** What holds a sum: `d + interval 1 month - interval 1 day` is cast once, as a whole. */
function aroundSums(site: Site | undefined): Site | undefined {
  let around = site;
  while (["+", "-"].includes(callOf(around?.node))) around = around?.parent;
  return around === site ? undefined : around;
}

export const datesAreNotSubtracted: Rule = {
  id: "dates-are-not-subtracted",
  why: "date - date is a number of days on DuckDB and an interval on Spark. A table's columns cannot be told.",
  check: ({ sites }) => {
    const types = new Types(sites);
    return calls(sites, "-")
      .filter(({ node }) =>
        nodesOf(node, "children")
          .slice(1)
          .some((child) => types.isDate(child)),
      )
      .map((site) => found(site, "a date is subtracted: write datediff(later, earlier)"));
  },
};

export const floorsAreDoubles: Rule = {
  id: "floors-are-doubles",
  why: "floor and ceil give DOUBLE on DuckDB and BIGINT on Spark.",
  check: ({ sites }) =>
    calls(sites, "floor", "ceil", "ceiling")
      .filter(({ parent }) => castOf(parent?.node) !== "DOUBLE")
      .map((site) => {
        const call = callOf(site.node);
        return found(site, `${call} is not cast: write cast(${call}(...) as double)`);
      }),
};

export const instantsAreKept: Rule = {
  id: "instants-are-kept",
  why: "cast(x as timestamp) is without a zone on DuckDB, and a warehouse may load it as local time.",
  check: ({ sites }) =>
    items(sites)
      .filter(({ node }) => castOf(node) === "TIMESTAMP")
      .map((site) =>
        found(site, "an instant is made here: carry the column of staging on as it is"),
      ),
};
