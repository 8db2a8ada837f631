import { Fields, type Kind, type LiteralShape } from "./literal-shape.ts";

export type { FieldShape, LiteralShape } from "./literal-shape.ts";

export type LiteralReading = { json: string } | { fault: string };

/**
 * Reads one Python literal and returns it as JSON text that holds just the declared fields in
 * declared order (every field present, null where missing or None), or says why it cannot be
 * read, with the character position counted from 1.
 *
 * What is read has the value that Python gives it: the last of a repeated key wins, and what the
 * shape does not ask for must be well-formed all the same. What Python's repr never writes for
 * such data is a fault, although Python would read it: bytes, sets, complex, hexadecimal, octal
 * and binary numbers, raw and triple-quoted strings, strings side by side, \N{...}, brackets
 * round a single value, comments, a backslash between tokens, `...`, nesting deeper than 100; and
 * lone surrogates, where they would be stored. The other way round, two things that Python would
 * refuse pass: lines indented outside of brackets, and numbers of more than 4300 digits.
 */
export function readLiteral(text: string, shape: LiteralShape): LiteralReading {
  const scanner = new Scanner(text);
  const fields = new Fields(shape);
  try {
    const json = shape.form === "list" ? readList(scanner, fields) : readDict(scanner, fields);
    if (scanner.next() !== "") throw scanner.unexpected("the end");
    return { json };
  } catch (error) {
    if (error instanceof Unreadable) return { fault: error.message };
    throw error;
  }
}

class Unreadable extends Error {}

function readList(scanner: Scanner, fields: Fields): string {
  if (scanner.next() !== "[") throw scanner.unlike("a list");
  let json = "[";
  scanner.open();
  for (let index = 0; !scanner.closes("]"); index++) {
    json += (index === 0 ? "" : ",") + readDict(scanner, fields, index);
    scanner.separator("]");
  }
  return json + "]";
}

function readDict(scanner: Scanner, fields: Fields, index?: number): string {
  if (scanner.next() !== "{") {
    throw scanner.unlike("a dict", index === undefined ? "" : `[${index}]: `);
  }
  fields.begin();
  scanner.open();
  while (!scanner.closes("}")) {
    scanner.key();
    const slot = scanner.kind === "a string" ? fields.slot(scanner.content) : undefined;
    scanner.value();
    if (slot !== undefined) fields.take(slot, scanner);
    scanner.separator("}");
  }
  const json = fields.json();
  if (typeof json === "string") return json;
  throw new Unreadable(index === undefined ? json.misfit : `[${index}].${json.misfit}`);
}

const deepest = 100;

const space = " ".charCodeAt(0);
const backslash = "\\".charCodeAt(0);
const lineFeed = "\n".charCodeAt(0);
const carriageReturn = "\r".charCodeAt(0);
const tab = "\t".charCodeAt(0);
const verticalTab = "\v".charCodeAt(0);
const doubleQuote = '"'.charCodeAt(0);
const zero = "0".charCodeAt(0);
const nine = "9".charCodeAt(0);
const firstSurrogate = 0xd800;
const lastCodePoint = 0x10ffff;

const escapes = /\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r\n|[^])/g;
/** What the character behind a backslash makes of the two; any other character keeps both. */
const simpleEscapes: Partial<Record<string, string>> = {
  "\n": "",
  "\r": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Walks through a text once; the value that it went past last stands in its public fields. */
class Scanner {
  kind: Kind = "None";
  content = "";
  plain = false;
  private at = 0;
  private depth = 0;
  private listsAndDicts = 0;

  constructor(private readonly text: string) {}

  /** Goes past white space and tells the next character; "" is the end. */
  next(): string {
    const { text } = this;
    let at = this.at;
    while (at < text.length && isSpace(text.charCodeAt(at))) at++;
    this.at = at;
    return text.charAt(at);
  }

  /** Goes past an opening bracket. */
  open(): void {
    if (this.depth === deepest) throw this.fault(`nested deeper than ${deepest}`);
    this.depth++;
    this.at++;
  }

  /** Goes past the closing bracket if that is next. */
  closes(bracket: string): boolean {
    if (this.next() !== bracket) return false;
    this.depth--;
    this.at++;
    return true;
  }

  /** Goes past the comma behind an item, which the last item may lack. */
  separator(bracket: string): boolean {
    const found = this.next();
    if (found === ",") this.at++;
    else if (found !== bracket) throw this.unexpected(`',' or '${bracket}'`);
    return found === ",";
  }

  /** Goes past a key and its colon. */
  key(): void {
    const before = this.listsAndDicts;
    this.next();
    const start = this.at;
    this.value();
    if (this.listsAndDicts > before) throw this.fault("a key with a list or a dict", start);
    if (this.next() !== ":") throw this.unexpected("':'");
    this.at++;
  }

  /** Goes past one value. */
  value(): void {
    const first = this.next();
    if (first === "'" || first === '"') this.string();
    else if (first === "[") this.items("a list", "]");
    else if (first === "{") this.items("a dict", "}");
    else if (first === "(") this.items("a tuple", ")");
    else if (first === "N") this.name("None", "None");
    else if (first === "T") this.name("True", "a boolean");
    else if (first === "F") this.name("False", "a boolean");
    else if (first === "u" || first === "U") this.prefixedString();
    else this.number();
  }

  /** The fault of a value that is well-formed, but not what is expected in its place. */
  unlike(expectation: string, path = ""): Unreadable {
    this.value();
    return new Unreadable(`${path}expected ${expectation}, found ${this.kind}`);
  }

  unexpected(expectation: string): Unreadable {
    return this.fault(`expected ${expectation}`);
  }

  private fault(what: string, at = this.at): Unreadable {
    let position = 1;
    for (let index = 0; index < at; index++) {
      if ((this.text.charCodeAt(index) & 0xfc00) !== 0xdc00) position++;
    }
    return new Unreadable(`${what} at character ${position}`);
  }

  private items(kind: "a list" | "a dict" | "a tuple", bracket: string): void {
    if (kind !== "a tuple") this.listsAndDicts++;
    this.open();
    let count = 0;
    let comma = false;
    for (; !this.closes(bracket); count++) {
      if (kind === "a dict") this.key();
      this.value();
      comma = this.separator(bracket);
    }
    if (kind === "a tuple" && count === 1 && !comma) throw this.fault("expected ','", this.at - 1);
    this.kind = kind;
  }

  private name(name: string, kind: Kind): void {
    if (!this.text.startsWith(name, this.at)) throw this.unexpected("a value");
    this.kind = kind;
    this.content = name;
    this.at += name.length;
  }

  /** Stops where the number does: what follows without a break is for the next step to refuse. */
  private number(): void {
    const sign = this.text.charAt(this.at);
    if (sign === "-" || sign === "+") {
      this.at++;
      this.next();
    }
    const from = this.at;
    const whole = this.digits(from);
    const fraction = this.text.charAt(whole) === "." ? this.digits(whole + 1) : whole;
    if (whole === from && fraction <= from + 1) throw this.unexpected("a value");
    const to = this.exponent(fraction);
    let spelling = this.text.slice(from, to);
    if (spelling.includes("_")) spelling = spelling.replaceAll("_", "");
    if (to === whole && spelling.startsWith("0") && /[1-9]/.test(spelling)) {
      throw this.fault("leading zeros");
    }
    this.kind = to === whole ? "a whole number" : "a float";
    this.content = sign === "-" ? `-${spelling}` : spelling;
    this.at = to;
  }

  /** Where the digits from a place on end; single underscores may stand between them. */
  private digits(from: number): number {
    const { text } = this;
    let at = from;
    while (at < text.length && isDigit(text.charCodeAt(at))) {
      at++;
      if (text.charAt(at) === "_" && isDigit(text.charCodeAt(at + 1))) at++;
    }
    return at;
  }

  private exponent(from: number): number {
    const letter = this.text.charAt(from);
    if (letter !== "e" && letter !== "E") return from;
    const sign = this.text.charAt(from + 1);
    const power = sign === "-" || sign === "+" ? from + 2 : from + 1;
    const to = this.digits(power);
    return to > power ? to : from;
  }

  private prefixedString(): void {
    const quote = this.text.charAt(this.at + 1);
    if (quote !== "'" && quote !== '"') throw this.unexpected("a value");
    this.at++;
    this.string();
  }

  private string(): void {
    const { text } = this;
    const quote = text.charCodeAt(this.at);
    const from = this.at + 1;
    let plain = true;
    let escaped = false;
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > backslash && code < firstSurrogate) continue;
      if (code === quote) break;
      if (code === backslash) {
        escaped = true;
        at += text.startsWith("\r\n", at + 1) ? 2 : 1;
      } else if (code === lineFeed || code === carriageReturn) {
        throw this.fault("a line break inside a string", at);
      } else if (code === 0) {
        throw this.fault("a NUL inside a string", at);
      } else if (code < space || code === doubleQuote || code > backslash) {
        plain = false;
      }
    }
    if (at >= text.length) throw this.fault("a string without an end");
    this.kind = "a string";
    this.plain = plain && !escaped;
    this.content = escaped ? this.unescape(from, at) : text.slice(from, at);
    this.at = at + 1;
  }

  private unescape(from: number, to: number): string {
    return this.text.slice(from, to).replace(escapes, (escape, at: number) => {
      const letter = escape.charAt(1);
      if (letter >= "0" && letter <= "7") return String.fromCharCode(parseInt(escape.slice(1), 8));
      const code = escape.length > 3 ? parseInt(escape.slice(2), 16) : undefined;
      if (code !== undefined && code <= lastCodePoint) return String.fromCodePoint(code);
      if ("xuUN".includes(letter)) throw this.fault(`a \\${letter} that cannot be read`, from + at);
      if (letter === "\0") throw this.fault("a NUL inside a string", from + at + 1);
      return simpleEscapes[letter] ?? escape;
    });
  }
}

function isSpace(code: number): boolean {
  return code === space || (code >= tab && code <= carriageReturn && code !== verticalTab);
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}
