/**
 * The text of a SELECT as the parser's tree does not show it: which quotes, comments, operators and
 * spellings were used, and on which line.
 */

export type TokenKind = "word" | "number" | "string" | "quoted" | "operator" | "comment";

export interface Token {
  kind: TokenKind;
  /** As written; `lower` is what keywords are compared with. */
  text: string;
  lower: string;
  /** 1-based. */
  line: number;
}

/** One pattern for each kind, tried in this order. Sticky: it matches at `lastIndex` or not at all. */
const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ["comment", /--[^\r\n]*/y],
  // E'...' knows backslash escapes, the rest only doubled quotes; $tag$...$tag$ knows neither.
  ["string", /[eE]'(?:[^'\\]|''|\\[\s\S])*'?/y],
  ["string", /(?:[uU]&|[a-zA-Z])?'(?:[^']|'')*'?/y],
  ["string", /\$(\w*)\$[\s\S]*?(?:\$\1\$|$)/y],
  ["quoted", /"(?:[^"]|"")*"?|`[^`]*`?/y],
  ["number", /(?:\d\w*(?:\.\w*)?|\.\d\w*)(?:(?<=[eE])[+-]\d\w*)?/y],
  ["word", /[\p{L}_][\p{L}\p{N}_]*/uy],
  ["operator", /<=>|->>|!?~~[~*]?|\|\||<>|[!<>=:]=|::|=>|->|\/\/|\*\*|<<|>>|&&|[^ \t\r\n\f\v]/uy],
];

/** Cuts SQL into tokens, white space left out. Never fails: an open quote or comment runs to the end. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  while (at < sql.length) {
    const { kind, text } = tokenAt(sql, at);
    if (kind !== undefined) tokens.push({ kind, text, lower: text.toLowerCase(), line });
    line += newlinesIn(text);
    at += text.length;
  }
  return tokens;
}

function tokenAt(sql: string, at: number): { kind: TokenKind | undefined; text: string } {
  if (sql.startsWith("/*", at)) return { kind: "comment", text: blockComment(sql, at) };
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return { kind: undefined, text: sql.charAt(at) };
}

/** Both engines let block comments nest. */
function blockComment(sql: string, from: number): string {
  let depth = 0;
  for (let at = from; at < sql.length; at++) {
    if (sql.startsWith("/*", at)) depth++;
    else if (sql.startsWith("*/", at)) depth--;
    else continue;
    at++;
    if (depth === 0) return sql.slice(from, at + 1);
  }
  return sql.slice(from);
}

/** The 1-based line of a byte of the UTF-8 text: the tree's `query_location` counts bytes. */
export function lineOfByte(utf8: Buffer, byte: number): number {
  return 1 + newlinesIn(utf8.toString("utf8", 0, byte));
}

/** The 1-based line of a character: the position of a syntax error counts code points, not bytes. */
export function lineOfCharacter(sql: string, position: number): number {
  // An error "at end of input" belongs to the last line that says something.
  const characters = Array.from(sql.trimEnd());
  return 1 + newlinesIn(characters.slice(0, position).join(""));
}

function newlinesIn(text: string): number {
  return text.split("\n").length - 1;
}
