/** What a field of the real files holds. A number is whole, or has a fraction: 3 is never 3.0. */
export type PythonValue =
  | string
  | number
  | boolean
  | null
  | readonly PythonValue[]
  | { readonly [key: string]: PythonValue };

const shortEscapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** Python escapes what it calls not printable: every separator but the space, and all controls. */
const escaped = /[\\\p{C}\p{Z}]/gu;

function escape(character: string): string {
  if (character === " ") return character;
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x1_0000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** Most texts need no care, and there are millions. */
const plain = /^[ !#-&(-[\]-~]*$/;

function text(value: string): string {
  if (plain.test(value)) return `'${value}'`;
  const body = value.replace(escaped, escape);
  if (!value.includes("'")) return `'${body}'`;
  return value.includes('"') ? `'${body.replaceAll("'", "\\'")}'` : `"${body}"`;
}

/** The value as Python's `repr` writes it, which is how the real files hold lists and records. */
export function pythonLiteral(value: PythonValue): string {
  if (value === null) return "None";
  if (typeof value === "string") return text(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (isList(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  const entries = Object.entries(value).map(
    ([key, item]) => `${text(key)}: ${pythonLiteral(item)}`,
  );
  return `{${entries.join(", ")}}`;
}

/** Array.isArray does not narrow a readonly array. */
function isList(value: PythonValue): value is readonly PythonValue[] {
  return Array.isArray(value);
}
