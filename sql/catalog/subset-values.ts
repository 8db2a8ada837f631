import { callOf, castOf, kindOf, literalOf, nodeOf, nodesOf, textOf } from "./subset-tree.ts";
import type { SqlNode } from "./parse.ts";

/**
 * What the tree alone tells about the type of an expression. A column's type is not in it: these
 * answer "surely" or "cannot tell", never "surely not".
 */

/** Calls whose result has the type of what they are given. */
const keepers = new Set(["+", "-", "*", "%", "greatest", "least", "abs", "min", "max"]);
const windowKeepers = new Set(["lag", "lead"]);

/** Whole numbers of a width that differs: HUGEINT or BIGINT on DuckDB, BIGINT or INT on Spark. */
const wholeNumbers = new Set([
  ...["count", "count_if", "sum", "row_number", "rank", "dense_rank", "length", "size"],
  ...["year", "quarter", "month", "weekofyear", "day", "dayofweek", "datediff"],
]);

const doubles = new Set([
  ...["/", "avg", "median", "percentile", "percentile_cont"],
  ...["sqrt", "round", "floor", "ceil", "ceiling"],
]);
const dates = new Set(["make_date", "last_day", "add_months"]);

/** The parts that an expression takes its type from. */
function sourcesOf(node: SqlNode): SqlNode[] {
  const call = callOf(node);
  if (keepers.has(call) || textOf(node, "type") === "OPERATOR_COALESCE") {
    return nodesOf(node, "children");
  }
  if (windowKeepers.has(call)) return [...nodesOf(node, "children"), ...some(node, "default_expr")];
  if (call === "nullif") return nodesOf(node, "children").slice(0, 1);
  if (kindOf(node) === "CASE") {
    const branches = nodesOf(node, "case_checks").flatMap((branch) => some(branch, "then_expr"));
    return [...branches, ...some(node, "else_expr")];
  }
  return [];
}

function some(node: SqlNode, key: string): SqlNode[] {
  const part = nodeOf(node, key);
  return part === undefined ? [] : [part];
}

export function isDouble(node: SqlNode): boolean {
  const literal = nodeOf(nodeOf(node, "value"), "type");
  if (kindOf(node) === "CONSTANT") return textOf(literal, "id") === "DOUBLE";
  if (doubles.has(callOf(node)) || castOf(node) === "DOUBLE") return true;
  const sources = callOf(node) === "sum" ? nodesOf(node, "children") : sourcesOf(node);
  return sources.some(isDouble);
}

export function isDate(node: SqlNode): boolean {
  return dates.has(callOf(node)) || castOf(node) === "DATE" || sourcesOf(node).some(isDate);
}

/** The calls that give a value a width of its own on each engine, with no cast around them. */
export function uncastWholeNumbers(node: SqlNode): SqlNode[] {
  if (isDouble(node)) return [];
  if (wholeNumbers.has(callOf(node))) return [node];
  return sourcesOf(node).flatMap(uncastWholeNumbers);
}

/** Surely not zero: a literal, or `nullif(x, 0)`, which is NULL instead. */
export function isNonzero(node: SqlNode): boolean {
  if (castOf(node) === "DOUBLE") return some(node, "child").some(isNonzero);
  const literal = literalOf(node);
  if (typeof literal === "number") return literal !== 0;
  return callOf(node) === "nullif" && literalOf(nodesOf(node, "children")[1]) === 0;
}
