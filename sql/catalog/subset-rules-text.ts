import { found, type Rule } from "./subset-tree.ts";

/** Rules about spelling: what the parser's tree no longer shows. */

export const plainIdentifiers: Rule = {
  id: "plain-identifiers",
  why: "A double-quoted word is a name on DuckDB and a text on Spark; backticks are Spark's alone.",
  check: ({ tokens }) =>
    tokens
      .filter(({ kind }) => kind === "quoted")
      .map((token) => found(token, `${token.text} is quoted: choose a name that needs no quotes`)),
};

export const plainStrings: Rule = {
  id: "plain-strings",
  why: "Doubled quotes, backslashes, prefixes and texts side by side are read differently.",
  check: ({ tokens }) =>
    tokens.flatMap((token, at) => {
      if (token.kind !== "string") return [];
      const before = tokens[at - 1];
      const problem = !token.text.startsWith("'")
        ? "has a prefix: write plain single quotes"
        : token.text.slice(1, -1).includes("''")
          ? "holds a quote: match it with _ or [^a-z], or take it from a column"
          : token.text.includes("\\")
            ? "holds a backslash: write [0-9], [.] or the character itself"
            : before?.kind === "string"
              ? "follows another text: write one text, or ||"
              : before?.lower === "as"
                ? "is used as a name: write it without quotes"
                : undefined;
      return problem === undefined ? [] : [found(token, `${token.text} ${problem}`)];
    }),
};

export const plainNumbers: Rule = {
  id: "plain-numbers",
  why: "0.5 is DECIMAL on both engines, with other digits after each step; 1d, 0x1F and 1_000 are not shared.",
  check: ({ tokens }) =>
    tokens.flatMap((token) => {
      if (token.kind !== "number") return [];
      const isBigint = /^\d+$/.test(token.text) && BigInt(token.text) <= 2n ** 63n - 1n;
      if (isBigint || /^\d+(\.\d+)?e[+-]?\d+$/.test(token.lower)) return [];
      const instead = /^[\d.]+$/.test(token.text)
        ? `a double, ${token.text.replace(/^\./, "0.").replace(/\.$/, "")}e0`
        : "a whole number, 12, or a double, 1.2e1";
      return [found(token, `${token.text} is not a shared number: write ${instead}`)];
    }),
};

const sharedOperators = new Set([
  ...["(", ")", ",", ".", "+", "-", "*", "/", "%", "||"],
  ...["=", "<>", "!=", "<", "<=", ">", ">="],
]);

const operatorInsteads: Readonly<Record<string, string>> = {
  "::": "write cast(x as type)",
  "==": "write =",
  "<=>": "write is not distinct from",
  "//": "write cast(floor(x / nullif(y, 0)) as double)",
  "**": "write x * x",
  "^": "write x * x",
  "~~": "write like",
  "!~~": "write not like",
  "~": "write regexp_like(text, '^...$')",
  "[": "explode the array in a subquery, or keep values as rows of a CTE",
  "->": "explode the array in a subquery and work on its rows",
  ":": "write `as name` after the expression",
  "!": "write not",
  "&&": "write and",
};

export const plainOperators: Rule = {
  id: "plain-operators",
  why: "These operators exist on one engine only, or mean something else on the other.",
  check: ({ tokens }) =>
    tokens
      // The bracket that closes says nothing that the one that opens did not.
      .filter(({ kind, text }) => kind === "operator" && !/[\]}]/.test(text))
      // A letter beyond ASCII is for plain-characters.
      .filter(({ text }) => !sharedOperators.has(text) && /^\p{ASCII}+$/u.test(text))
      .map((token) => {
        const instead = operatorInsteads[token.text] ?? "write it with shared operators";
        return found(token, `${token.text} is not shared: ${instead}`);
      }),
};

export const plainComments: Rule = {
  id: "plain-comments",
  why: "On Spark a backslash at the end of -- comments out the next line too, and /*+ is a hint.",
  check: ({ comments }) => [
    ...comments
      .filter(({ text }) => text.startsWith("--") && text.endsWith("\\"))
      .map((comment) =>
        found(comment, "the comment ends with a backslash: on Spark it hides the next line too"),
      ),
    ...comments
      .filter(({ text }) => text.startsWith("/*+"))
      .map((comment) => found(comment, "/*+ is a hint on Spark: write /* with a space")),
  ],
};

export const plainCharacters: Rule = {
  id: "plain-characters",
  why: "Outside texts and comments Spark reads ASCII only, and it replaces ${...} everywhere.",
  check: ({ tokens, comments }) => [
    ...tokens
      .filter(({ kind }) => kind !== "string" && kind !== "quoted")
      .filter(({ text }) => !/^\p{ASCII}+$/u.test(text))
      .map((token) => found(token, `${token.text} is not ASCII: write it in a text or a comment`)),
    ...[...tokens, ...comments]
      .filter(({ kind, text }) => kind !== "operator" && text.includes("${"))
      .map((token) => found(token, "${ begins a variable on Spark, in texts and comments too")),
  ],
};
