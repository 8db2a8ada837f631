import type { SqlNode } from "./parse.ts";
import {
  callOf,
  castOf,
  items,
  kindOf,
  literalOf,
  nodeOf,
  nodesOf,
  textOf,
  type Site,
} from "./subset-tree.ts";

/** Calls whose result has the type of what they are given. */
const keepers = new Set(["+", "-", "*", "%", "greatest", "least", "abs", "min", "max"]);
const windowKeepers = new Set(["lag", "lead"]);

/** Whole numbers of a width that differs: HUGEINT or BIGINT on DuckDB, BIGINT or INT on Spark. */
const wholeNumbers = new Set([
  ...["count", "sum", "row_number", "rank", "dense_rank", "length", "size"],
  ...["year", "quarter", "month", "weekofyear", "day", "datediff"],
]);

const doubles = new Set([
  ...["/", "avg", "median", "percentile_cont"],
  ...["sqrt", "round", "floor", "ceil", "ceiling"],
]);
const dates = new Set(["make_date", "last_day", "add_months"]);

type Names = ReadonlySet<string>;

/**
 * What a SELECT alone tells about types. The columns of tables are not in it: the answers mean
 * "surely" or "cannot tell", never "surely not". A name counts as a double (or a date) where every
 * item of the text that computes something under this name makes one.
 */
export class Types {
  readonly #doubles: Names;
  readonly #dates: Names;

  constructor(sites: readonly Site[]) {
    this.#doubles = namesThat(sites, isDouble);
    this.#dates = namesThat(sites, isDate);
  }

  isDouble(node: SqlNode): boolean {
    return isDouble(node, this.#doubles);
  }

  isDate(node: SqlNode): boolean {
    return isDate(node, this.#dates);
  }

  /** The calls that give a value a width of its own on each engine, with no cast around them. */
  uncastWholeNumbers(node: SqlNode): SqlNode[] {
    if (this.isDouble(node)) return [];
    if (wholeNumbers.has(callOf(node))) return [node];
    return sourcesOf(node).flatMap((source) => this.uncastWholeNumbers(source));
  }
}

function namesThat(sites: readonly Site[], is: (node: SqlNode, names: Names) => boolean): Names {
  const computed = items(sites).filter(
    ({ node }) => kindOf(node) !== "COLUMN_REF" && textOf(node, "alias") !== "",
  );
  const definitionsOf = (name: string) =>
    computed.map(({ node }) => node).filter((node) => textOf(node, "alias") === name);
  const all = new Set(computed.map(({ node }) => textOf(node, "alias")));
  let names: Names = new Set();
  // An item may build on another one: look again until no name is added.
  for (;;) {
    const before = names;
    const added = [...all].filter((name) => {
      // sum(x) as x is what x is, as long as x is made of something somewhere.
      const withItself = new Set([...before, name]);
      const definitions = definitionsOf(name);
      return (
        definitions.some((node) => is(node, before)) &&
        definitions.every((node) => is(node, withItself))
      );
    });
    names = new Set([...before, ...added]);
    if (names.size === before.size) return names;
  }
}

function isDouble(node: SqlNode, names: Names): boolean {
  if (kindOf(node) === "CONSTANT") {
    return textOf(nodeOf(nodeOf(node, "value"), "type"), "id") === "DOUBLE";
  }
  if (doubles.has(callOf(node)) || castOf(node) === "DOUBLE") return true;
  const sources = callOf(node) === "sum" ? nodesOf(node, "children") : sourcesOf(node);
  return names.has(columnOf(node)) || sources.some((source) => isDouble(source, names));
}

function isDate(node: SqlNode, names: Names): boolean {
  if (dates.has(callOf(node)) || castOf(node) === "DATE") return true;
  return names.has(columnOf(node)) || sourcesOf(node).some((source) => isDate(source, names));
}

/** A column's own name, without the table's. */
function columnOf(node: SqlNode): string {
  const names = node["column_names"];
  const last: unknown = Array.isArray(names) ? names.at(-1) : undefined;
  return typeof last === "string" ? last : "";
}

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

/** Surely not zero: a literal, or `nullif(x, 0)`, which is NULL instead. */
export function isNonzero(node: SqlNode): boolean {
  if (castOf(node) === "DOUBLE") return some(node, "child").some(isNonzero);
  const literal = literalOf(node);
  if (typeof literal === "number") return literal !== 0;
  return callOf(node) === "nullif" && literalOf(nodesOf(node, "children")[1]) === 0;
}
