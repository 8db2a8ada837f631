import { byteOf, ctesOf, type ParsedSelect, type SqlNode } from "./parse.ts";
import { lineOfByte, tokenize, type Token } from "./subset-source.ts";

/** What a rule found. The message says what was written and what to write instead. */
export interface Finding {
  line: number;
  message: string;
}

export const found = ({ line }: { line: number }, message: string): Finding => ({ line, message });

/** One rule of the shared subset: `npm run lint` holds every SELECT against all of them. */
export interface Rule {
  /** Short and stable: faults are known by it. */
  id: string;
  /** Which difference between the engines, or which habit of this repository, it stands for. */
  why: string;
  check: (subject: Subject) => Finding[];
}

/** A node of the tree with its place. */
export interface Site {
  node: SqlNode;
  /** The property of the parent that holds it: `select_list`, `where_clause`, `orders`, ... */
  key: string;
  /** The nearest typed node around it. */
  parent: Site | undefined;
  line: number;
}

export interface CteSite {
  name: string;
  columns: readonly string[];
  line: number;
}

/** A SELECT laid out for the rules: the tree as a list, and the words as they were written. */
export interface Subject {
  parsed: ParsedSelect;
  /** Every node of the tree, outer ones first. An interval is one node; what it is made of is not. */
  sites: readonly Site[];
  /** Every CTE, nested ones too. */
  ctes: readonly CteSite[];
  /** The words, literals and operators of the text. */
  tokens: readonly Token[];
  comments: readonly Token[];
}

export function subjectOf(parsed: ParsedSelect): Subject {
  const tokens = tokenize(parsed.sql);
  const lines = new Lines(parsed.sql);
  const sites: Site[] = [];
  const ctes: CteSite[] = [];
  collect(parsed.ast, "root", undefined);
  return {
    parsed,
    sites,
    ctes,
    tokens: tokens.filter(({ kind }) => kind !== "comment"),
    comments: tokens.filter(({ kind }) => kind === "comment"),
  };

  function collect(value: unknown, key: string, parent: Site | undefined): void {
    if (Array.isArray(value)) {
      for (const part of value) collect(part, key, parent);
    } else if (isObject(value)) {
      const site = hasType(value)
        ? { node: value, key, parent, line: lines.of(value) ?? parent?.line ?? 1 }
        : undefined;
      if (site !== undefined) sites.push(site);
      if (isInterval(value)) return;
      for (const { name, columns, query } of ctesOf(value)) {
        ctes.push({ name, columns, line: lines.of(query) ?? 1 });
      }
      for (const [name, part] of partsOf(value)) collect(part, name, site ?? parent);
    }
  }
}

/** Finds the line of a node, for those without a place by the first of their parts that has one. */
class Lines {
  readonly #utf8: Buffer;
  readonly #bytes = new Map<SqlNode, number | undefined>();

  constructor(sql: string) {
    this.#utf8 = Buffer.from(sql);
  }

  of(node: SqlNode): number | undefined {
    const byte = this.#byte(node);
    return byte === undefined ? undefined : lineOfByte(this.#utf8, byte);
  }

  #byte(value: unknown): number | undefined {
    if (Array.isArray(value)) return first(value.map((part) => this.#byte(part)));
    if (!isObject(value)) return undefined;
    if (!this.#bytes.has(value)) {
      // A SELECT begins at its own first word, not at the one of its CTEs.
      const parts = partsOf(value).filter(([key]) => key !== "cte_map");
      this.#bytes.set(value, byteOf(value) ?? first(parts.map(([, part]) => this.#byte(part))));
    }
    return this.#bytes.get(value);
  }
}

function first(bytes: readonly (number | undefined)[]): number | undefined {
  const known = bytes.filter((byte) => byte !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function partsOf(node: SqlNode): [string, unknown][] {
  // Neither the value of a literal nor the type of a cast is a part.
  const isLeaf = (key: string) => key === "cast_type" || (key === "value" && hasType(node));
  return Object.entries(node).filter(([key]) => !isLeaf(key));
}

function isObject(value: unknown): value is SqlNode {
  return typeof value === "object" && value !== null;
}

function hasType(node: SqlNode): boolean {
  return typeof node["type"] === "string";
}

/** A text property, "" where there is none. */
export function textOf(node: SqlNode | undefined, key: string): string {
  const value = node?.[key];
  return typeof value === "string" ? value : "";
}

/** A property that holds a node. */
export function nodeOf(node: SqlNode | undefined, key: string): SqlNode | undefined {
  const value = node?.[key];
  return isObject(value) ? value : undefined;
}

/** A property that holds several nodes. */
export function nodesOf(node: SqlNode | undefined, key: string): SqlNode[] {
  const value = node?.[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** An expression's class (FUNCTION, CAST, ...), or the type of a node that is no expression. */
export function kindOf(node: SqlNode | undefined): string {
  return textOf(node, "class") || textOf(node, "type");
}

/** The name of a function, an operator or a window function as it is written, in lower case. */
export function callOf(node: SqlNode | undefined): string {
  if (!["FUNCTION", "WINDOW"].includes(kindOf(node))) return "";
  const name = textOf(node, "function_name").toLowerCase();
  if (name === "count_star") return "count";
  return name === "quantile_cont" && sortOf(node).length > 0 ? "percentile_cont" : name;
}

/** What an aggregate is sorted by: `(x order by y)` or `within group (order by y)`. */
export function sortOf(node: SqlNode | undefined): SqlNode[] {
  return nodesOf(nodeOf(node, "order_bys"), "orders");
}

/** The calls of some functions. */
export function calls(sites: readonly Site[], ...names: string[]): Site[] {
  return sites.filter(({ node }) => names.includes(callOf(node)));
}

/** What stands in a select list, of any SELECT. */
export function items(sites: readonly Site[]): Site[] {
  return sites.filter(({ key }) => key === "select_list");
}

/** The type that a cast casts to, as DuckDB calls it (string is VARCHAR); "" for anything else. */
export function castOf(node: SqlNode | undefined): string {
  return kindOf(node) === "CAST" ? textOf(nodeOf(node, "cast_type"), "id") : "";
}

/** `interval 1 month` comes back as to_months(cast(trunc(...) as integer)), text as a cast. */
export function isInterval(node: SqlNode): boolean {
  if (castOf(node) === "INTERVAL") return true;
  const [amount] = nodesOf(node, "children");
  return callOf(node).startsWith("to_") && callOf(nodeOf(amount, "child")) === "trunc";
}

/** A literal's value; undefined for NULL and for anything that is no literal. */
export function literalOf(node: SqlNode | undefined): unknown {
  return kindOf(node) === "CONSTANT" ? nodeOf(node, "value")?.["value"] : undefined;
}
