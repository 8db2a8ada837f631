import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";

import { MarqueeError } from "../../errors.ts";
import { lineOfByte, lineOfCharacter, tokenize } from "./subset-source.ts";

/** A node of DuckDB's syntax tree, as `json_serialize_sql` writes it. */
export type SqlNode = Readonly<Record<string, unknown>>;

/** One place where a SELECT reads a table. */
export interface TableReference {
  /** The layer before the dot, or undefined where none was written. */
  schema: string | undefined;
  table: string;
  /** 1-based. */
  line: number;
}

export interface ParsedSelect {
  file: string;
  sql: string;
  /** The root: a SELECT_NODE or a SET_OPERATION_NODE. */
  ast: SqlNode;
  /**
   * Every read of something that is not a CTE in scope there, in the order of the text and not
   * deduplicated: a table that is read twice is listed twice.
   */
  tables: TableReference[];
}

/** What `json_serialize_sql` answers. */
type Serialized =
  | { error: true; error_type: string; error_message: string; position?: string }
  | { error: false; statements: readonly { node: SqlNode }[] };

/** Reads SQL with DuckDB's own parser. Nothing is looked up and nothing is run. */
export class SqlParser {
  readonly #connection: DuckDBConnection;
  readonly #instance: DuckDBInstance | undefined;

  private constructor(connection: DuckDBConnection, instance?: DuckDBInstance) {
    this.#connection = connection;
    this.#instance = instance;
  }

  /** A parser with an engine of its own, which `close` gives back. */
  static async create(): Promise<SqlParser> {
    const instance = await DuckDBInstance.create(":memory:");
    return new SqlParser(await instance.connect(), instance);
  }

  /** A parser over a connection that somebody else opened and will close. */
  static over(connection: DuckDBConnection): SqlParser {
    return new SqlParser(connection);
  }

  /**
   * Reads a file's text as one SELECT without a semicolon.
   *
   * @throws MarqueeError with reason `catalog` and `file:line: what is wrong` for anything else
   */
  async parse(file: string, sql: string): Promise<ParsedSelect> {
    if (sql.startsWith("\uFEFF")) {
      throw refusal(file, 1, "there is a byte order mark", "Save the file as UTF-8 without one");
    }
    const tokens = tokenize(sql).filter(({ kind }) => kind !== "comment");
    const [first] = tokens;
    if (first === undefined) throw refusal(file, 1, "there is no SQL here", "Write one SELECT");
    const notASelect = refusal(
      file,
      first.line,
      `this is not a SELECT: it begins with ${first.text}`,
      "Write one SELECT",
    );

    const answer = await this.#serialize(sql);
    if (answer.error) {
      if (answer.error_type === "not implemented") throw notASelect;
      const { position, error_message: message } = answer;
      const line = position === undefined ? 1 : lineOfCharacter(sql, Number(position));
      throw refusal(file, line, message);
    }

    const [statement, ...others] = answer.statements;
    const semicolon = tokens.find(({ text }) => text === ";");
    if (semicolon !== undefined) {
      const what =
        others.length > 0 ? `there are ${others.length + 1} statements` : "there is a semicolon";
      throw refusal(file, semicolon.line, what, "Write one SELECT without a semicolon");
    }
    // VALUES, TABLE t, FROM t, DESCRIBE and SHOW come back as trees that look like a SELECT.
    if (statement === undefined || !["with", "select", "("].includes(first.lower)) throw notASelect;
    return { file, sql, ast: statement.node, tables: tablesOf(statement.node, sql) };
  }

  close(): void {
    if (this.#instance === undefined) return;
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #serialize(sql: string): Promise<Serialized> {
    const answer = await this.#connection.runAndReadAll(
      "select json_serialize_sql(cast($1 as varchar))",
      [sql],
    );
    return JSON.parse(String(answer.getRows()[0]?.[0])) as Serialized;
  }
}

/** Where a node stands in the UTF-8 text, in bytes; undefined where DuckDB does not say. */
export function byteOf(node: SqlNode): number | undefined {
  const location = node["query_location"];
  // "Nowhere" is written as 2^64 - 1.
  return typeof location === "number" && location < Number.MAX_SAFE_INTEGER ? location : undefined;
}

/** A CTE, as its SELECT lists it. */
export interface Cte {
  name: string;
  /** The names given to its columns in brackets. */
  columns: readonly string[];
  query: SqlNode;
}

/** The CTEs of a node's own WITH clause, in their order. */
export function ctesOf(node: SqlNode): Cte[] {
  const { map } = (node["cte_map"] ?? {}) as { map?: readonly SerializedCte[] };
  return (map ?? []).map(({ key, value }) => ({
    name: key,
    columns: value.aliases ?? [],
    query: value.query.node,
  }));
}

interface SerializedCte {
  key: string;
  value: { aliases?: readonly string[]; query: { node: SqlNode } };
}

function refusal(file: string, line: number, what: string, next?: string): MarqueeError {
  return new MarqueeError({
    reason: "catalog",
    what: `${file}:${line}: ${what.replace(/\s+/g, " ").trim()}`,
    ...(next === undefined ? {} : { next }),
  });
}

function tablesOf(root: SqlNode, sql: string): TableReference[] {
  const utf8 = Buffer.from(sql);
  return reads(root, new Set())
    .map((node) => ({ node, byte: byteOf(node) ?? 0 }))
    .sort((one, other) => one.byte - other.byte)
    .map(({ node, byte }) => ({
      schema: named(node, "schema_name"),
      table: named(node, "table_name") ?? "",
      line: lineOfByte(utf8, byte),
    }));
}

/**
 * The BASE_TABLE nodes that mean a table. A CTE is seen by the CTEs after it and by its own SELECT
 * with everything inside, it hides a CTE of the same name further out, and it never has a schema.
 */
function reads(value: unknown, scope: ReadonlySet<string>): SqlNode[] {
  if (Array.isArray(value)) return value.flatMap((part) => reads(part, scope));
  if (typeof value !== "object" || value === null) return [];
  const node = value as SqlNode;
  if (node["type"] === "BASE_TABLE") {
    const isCte =
      named(node, "schema_name") === undefined && scope.has(nameKey(node["table_name"]));
    return isCte ? [] : [node];
  }

  const found: SqlNode[] = [];
  // A recursive CTE sees itself.
  const seen = new Set(scope);
  if (typeof node["cte_name"] === "string") seen.add(nameKey(node["cte_name"]));
  for (const { name, query } of ctesOf(node)) {
    found.push(...reads(query, seen));
    seen.add(nameKey(name));
  }
  for (const [key, part] of Object.entries(node)) {
    if (key !== "cte_map") found.push(...reads(part, seen));
  }
  return found;
}

function named(node: SqlNode, key: string): string | undefined {
  const name = node[key];
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** Names are compared without regard to case. */
function nameKey(name: unknown): string {
  return typeof name === "string" ? name.toLowerCase() : "";
}
