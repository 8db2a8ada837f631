/** A literal's declared shape: a list of objects or one object, with the fields to keep. */
export interface LiteralShape {
  form: "list" | "object";
  fields: Record<string, FieldShape>;
}

export interface FieldShape {
  type: "BIGINT" | "DOUBLE" | "STRING" | "BOOLEAN";
  required: boolean;
}

/** What a value in a literal is, in the words that faults use for it. */
export type Kind =
  | "a string"
  | "a whole number"
  | "a float"
  | "a boolean"
  | "None"
  | "a list"
  | "a dict"
  | "a tuple";

/** One value of a literal, as a field sees it. */
export interface Value {
  kind: Kind;
  /** A string's characters; a number's or a boolean's spelling, without underscores. */
  content: string;
  /** Whether a string's content is already what JSON writes between the quotes. */
  plain: boolean;
}

/** Why an object does not fit its shape, beginning with the field. */
export interface Misfit {
  misfit: string;
}

/** The declared fields of an object: they take values in any order and write them in their own. */
export class Fields {
  private readonly names: string[];
  private readonly shapes: FieldShape[];
  private readonly labels: string[];
  private readonly slots = new Map<string, number>();
  private readonly values: (string | Misfit)[];

  constructor({ fields }: LiteralShape) {
    this.names = Object.keys(fields);
    this.shapes = Object.values(fields);
    this.labels = this.names.map((name, slot) => `${slot ? "," : "{"}${JSON.stringify(name)}:`);
    this.values = this.names.map(() => "null");
    for (const [slot, name] of this.names.entries()) this.slots.set(name, slot);
  }

  /** Forgets the values of the object before. */
  begin(): void {
    this.values.fill("null");
  }

  slot(name: string): number | undefined {
    return this.slots.get(name);
  }

  /** Takes a value; a later one for the same field replaces it, fitting or not. */
  take(slot: number, value: Value): void {
    const shape = this.shapes[slot];
    if (shape !== undefined) this.values[slot] = fieldJson(shape.type, value);
  }

  /** The object as JSON text, or the first field that cannot be kept. */
  json(): string | Misfit {
    let json = this.names.length === 0 ? "{" : "";
    for (let slot = 0; slot < this.names.length; slot++) {
      const value = this.values[slot] ?? "null";
      if (typeof value !== "string") return { misfit: `${this.names[slot]}: ${value.misfit}` };
      if (value === "null" && this.shapes[slot]?.required) {
        return { misfit: `${this.names[slot]} is missing` };
      }
      json += `${this.labels[slot]}${value}`;
    }
    return json + "}";
  }
}

const expected: Record<FieldShape["type"], string> = {
  BIGINT: "a whole number",
  DOUBLE: "a number",
  STRING: "a string",
  BOOLEAN: "a boolean",
};

/** The value as JSON text of the field's type, or why it is none. */
function fieldJson(type: FieldShape["type"], value: Value): string | Misfit {
  const { kind } = value;
  if (kind === "None") return "null";
  switch (type) {
    case "STRING":
      if (kind === "a string") return stringJson(value);
      break;
    case "BOOLEAN":
      if (kind === "a boolean") return value.content === "True" ? "true" : "false";
      break;
    case "BIGINT":
      if (kind === "a whole number") return wholeJson(value.content);
      if (kind === "a float") return wholeFloatJson(Number(value.content));
      break;
    case "DOUBLE":
      if (kind === "a whole number") return doubleJson(Number(value.content) + 0);
      if (kind === "a float") return doubleJson(Number(value.content));
      break;
  }
  return unlike(type, kind);
}

function unlike(type: FieldShape["type"], found: string): Misfit {
  return { misfit: `expected ${expected[type]}, found ${found}` };
}

const loneSurrogate = /\p{Surrogate}/u;

function stringJson({ content, plain }: Value): string | Misfit {
  if (plain) return `"${content}"`;
  if (loneSurrogate.test(content)) return { misfit: "a lone surrogate cannot be stored" };
  return JSON.stringify(content);
}

/** A number that is its own JSON text and far within 64 bits, as nearly all are. */
const shortWholeNumber = /^(?:0|-?[1-9][0-9]{0,17})$/;
/** A number with more digits than 2^63 has. */
const longWholeNumber = /^-?[1-9][0-9]{19}/;

/** Goes by the digits: a number beyond 2^53 is exact too. */
function wholeJson(digits: string): string | Misfit {
  if (shortWholeNumber.test(digits)) return digits;
  const value = longWholeNumber.test(digits) ? undefined : BigInt(digits);
  return value !== undefined && value === BigInt.asIntN(64, value)
    ? String(value)
    : unlike("BIGINT", "one beyond 64 bits");
}

function wholeFloatJson(value: number): string | Misfit {
  if (Number.isSafeInteger(value)) return String(value);
  const whole = Number.isInteger(value) || !Number.isFinite(value);
  return unlike("BIGINT", whole ? "a float beyond 2^53" : "a fraction");
}

/** Keeps the sign of -0.0; a whole number has none, so that its caller adds 0. */
function doubleJson(value: number): string | Misfit {
  if (!Number.isFinite(value)) return unlike("DOUBLE", "one beyond a double's range");
  return Object.is(value, -0) ? "-0.0" : String(value);
}
