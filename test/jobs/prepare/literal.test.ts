import { expect } from "chai";
import fc from "fast-check";
import type { FieldShape, LiteralReading, LiteralShape } from "../../../jobs/prepare/literal.ts";
import { readLiteral } from "../../../jobs/prepare/literal.ts";

const { raw } = String;
type Type = FieldShape["type"];
const types = ["STRING", "BIGINT", "DOUBLE", "BOOLEAN"] as const;

const optional = (type: Type): FieldShape => ({ type, required: false });
const id: FieldShape = { type: "BIGINT", required: true };
const genres: LiteralShape = { form: "list", fields: { id, name: optional("STRING") } };

function check(sources: string[], read: (source: string) => object, wanted: LiteralReading) {
  for (const source of sources) {
    it(`${"json" in wanted ? "reads" : "refuses"} ${JSON.stringify(source.slice(0, 40))}`, () => {
      expect(read(source)).to.deep.equal(wanted);
    });
  }
}

/** Reads a Python value in a field of a type, or in a place that the shape does not ask for. */
const readValue = (source: string, type?: Type) =>
  readLiteral(`{'a':${source}}`, { form: "object", fields: type ? { a: optional(type) } : {} });

/** All sources are the same value of the type. */
function reads(type: Type, value: string, ...sources: string[]) {
  check(sources, (source) => readValue(source, type), { json: `{"a":${value}}` });
  check(sources, (source) => readValue(source), { json: "{}" });
}

/** All sources are well-formed, but nothing for the type. */
function misfits(type: Type, fault: string, ...sources: string[]) {
  check(sources, (source) => readValue(source, type), { fault: `a: ${fault}` });
  check(sources, (source) => readValue(source), { json: "{}" });
}

/** All sources are broken, kept or not; they stand at character 6. */
function refuses(fault: string, ...sources: string[]) {
  check(sources, (source) => readValue(source, "STRING"), { fault });
  check(sources, (source) => readValue(source), { fault });
}

describe("Python strings", () => {
  reads("STRING", '""', `''`, `""`, `u''`, `U""`, "'\\\n\\\r\n\\\r'");
  reads("STRING", '"null"', `'null'`, "'nu\\\nll'", "'nu\\\r\nll'", "'nu\\\rll'", raw`'\x6eull'`);
  reads("STRING", `"It's"`, `"It's"`, raw`'It\'s'`, raw`"It\'s"`, raw`'It\47s'`, raw`'It\u0027s'`);
  reads("STRING", raw`"say \"hi\""`, `'say "hi"'`, raw`"say \"hi\""`, raw`'say \x22hi\042'`);
  reads("STRING", raw`"a\\b\\'"`, raw`'a\\b\\\''`, raw`"a\134b\x5C'"`);
  reads("STRING", raw`"\n\r\t\u0007\b\f\u000b"`, raw`'\n\r\t\a\b\f\v'`);
  reads("STRING", raw`"\u0000"`, raw`'\0'`, raw`'\x00'`, raw`'\000'`);
  reads("STRING", raw`"\u0007xS4Āǿ\u00008"`, raw`'\7x\1234\400\777\08'`);
  reads("STRING", '"\u00a0éJ5"', raw`'\xa0\xE9\x4a5'`, raw`'\u00a0\u00E9J5'`, "'\u00a0éJ5'");
  reads("STRING", '"😀中A"', raw`'\U0001F600\u4e2d\x41'`, raw`'\ud83d\uDE00中A'`, "'😀中A'");
  reads("STRING", '"\u{10ffff}"', raw`'\U0010FFFF'`, raw`'\udbff\udfff'`);
  reads("STRING", raw`"\\d\\8\\ \\/\\c\\X41\\é\\😀"`, raw`'\d\8\ \/\c\X41\é\😀'`);
  reads("STRING", '"\\t\\f\\u000b\\u0001\x7f\u2028"', "'\t\f\v\x01\x7f\u2028'");
  refuses("a string without an end at character 6", `'`, `'abc`, `'abc\\`, raw`'abc\'`, `'abc"`);
  refuses("a line break inside a string at character 8", "'a\nb'", "'a\rb'", "'a\r\nb'");
  refuses("a line break inside a string at character 10", "'a\\\n\nb'", "'a\\\r\rb'");
  refuses("a NUL inside a string at character 8", "'a\0'", "'\\\0'");
  refuses(raw`a \x that cannot be read at character 7`, raw`'\x4'`, raw`'\xg1'`, raw`'\x+1'`);
  refuses(raw`a \u that cannot be read at character 7`, raw`'\u12'`, raw`'\u 123'`, raw`'\u'`);
  refuses(raw`a \U that cannot be read at character 7`, raw`'\U0001f60'`, raw`'\U00110000'`);
  refuses(raw`a \N that cannot be read at character 8`, raw`'a\N{BULLET}'`, raw`'a\N'`);
  refuses("expected ',' or '}' at character 10", `'a' 'b'`, `'a'\n"b"`);
  refuses("expected ',' or '}' at character 8", `'''a'''`, `"""a"""`, `''''`);
  refuses("expected a value at character 6", `b'a'`, `r'a'`, `f'a'`, `ur'a'`, `u 'a'`, `u`, "`a`");
  const lone = [raw`'\ud800'`, "'a\udc00'", raw`'\udc00\ud800'`, raw`'\U0000dfff'`];
  misfits("STRING", "a lone surrogate cannot be stored", ...lone);
});

describe("Python numbers", () => {
  reads("BIGINT", "0", "0", "-0", "+0", "000", "0_0", "0".repeat(22), "0.0", "-0.0", "1e-400");
  reads("BIGINT", "16", "16", "+16", "1_6", "16.0", "16.", "1.6e1", "016.0", "160e-1", "+ \n16");
  reads("BIGINT", "-9000000", "-9000000", "-9_000_000", "-9e+06", "- 9E6", "-0_9.0_0e0_6");
  reads("BIGINT", "9007199254740991", "9007199254740991", "9007199254740991.0");
  reads("BIGINT", "9223372036854775807", "9223372036854775807", "+9_223372036854775807");
  reads("BIGINT", "-9223372036854775808", "-9223372036854775808");
  reads("DOUBLE", "0", "0", "-0", "0.0", "1e-400");
  reads("DOUBLE", "-0.0", "-0.0", "-0e5", "-.0", "-1e-400");
  reads("DOUBLE", "0.5", "0.5", ".5", "+.5", "5e-1", "00.5", ".5_0");
  reads("DOUBLE", "9007199254740992", "9007199254740993", "9007199254740993.0");
  reads("DOUBLE", "1e+300", "1e300", `1${"0".repeat(300)}`);
  const one = "expected a whole number, found one beyond 64 bits";
  misfits("BIGINT", one, "9223372036854775808", "-9223372036854775809", "9".repeat(1e5));
  misfits("BIGINT", "expected a whole number, found a fraction", "1.5", "-.5", "1e-3");
  const float = "expected a whole number, found a float beyond 2^53";
  misfits("BIGINT", float, "9007199254740992.0", "-1e16", "1e400");
  const vast = "expected a number, found one beyond a double's range";
  misfits("DOUBLE", vast, "1e400", "-1e309", "9".repeat(310));
  refuses("leading zeros at character 6", "007", "0_7", "08", "00100");
  refuses("expected ',' or '}' at character 7", "1__0", "1_", "1_.5", "1_e5", "1e", "1e+", "1e_5");
  refuses("expected ',' or '}' at character 7", "0x1F", "0b1", "0o7", "1j", "1+2j", "1'a'", "1a");
  refuses("expected ',' or '}' at character 8", "1._5", "1 2", "1..", "1.e");
  refuses("expected a value at character 6", ".", "..5", ".e5", "._5", "...", "_1", "e5", "٣");
  refuses("expected a value at character 7", "-", "--1", "+-1", "-'a'", "-True", "-(1)", "-.");
});

describe("Python types", () => {
  reads("BOOLEAN", "true", "True");
  reads("BOOLEAN", "false", "False");
  for (const type of types) reads(type, "null", "None");
  refuses("expected a value at character 6", "true", "none", "null", "nan", "inf", "Fals", "");
  refuses("expected ',' or '}' at character 10", "Nonesuch", "TrueFalse", "True1", "None'a'");
  misfits("BIGINT", "expected a whole number, found a string", `'1'`, `u"1"`);
  misfits("BIGINT", "expected a whole number, found a boolean", "True", "False");
  misfits("DOUBLE", "expected a number, found a boolean", "True");
  misfits("DOUBLE", "expected a number, found a string", `'1.5'`);
  misfits("STRING", "expected a string, found a float", "1.0");
  misfits("STRING", "expected a string, found a dict", "{}", "{'a':'b'}", "{'a':{1:2,},}");
  misfits("STRING", "expected a string, found a tuple", "()", "('a',)", "('a','b')", "(1,2,)");
  misfits("BOOLEAN", "expected a boolean, found a whole number", "1", "0");
  const lists = ["[[],[1,],{}]", "[".repeat(99) + "]".repeat(99), `[${"[()],".repeat(200)}]`];
  misfits("BOOLEAN", "expected a boolean, found a list", ...lists);
  refuses("nested deeper than 100 at character 105", "[".repeat(1000), "{(".repeat(1e6));
});

describe("Python lists and dicts", () => {
  const good = (json: string, ...texts: string[]) => {
    check(texts, (text) => readLiteral(text, genres), { json });
  };
  const bad = (fault: string, ...texts: string[]) => {
    check(texts, (text) => readLiteral(text, genres), { fault });
  };
  const json = '[{"id":1,"name":"x"}]';
  good(json, "[{'id': 1, 'name': 'x'}]", `[{"name":"x","id":1,},]`, raw`[{'\x69d':1,u'name':'x'}]`);
  good(json, " \t\r\n\f[ {\n'id' \r:\t1\f, 'name':'x' } , \n] \r\n");
  good(json, "[{'id':[],'id':'y','id':1,'name':2,'name':'x'}]");
  good(json, "[{'o':{'id':2,'p':[{},(),(3,)]},'id':1,'ID':4,'id ':5,'':6,'name':'x'}]");
  good(json, "[{'id':1,'name':'x',1:2,None:3,True:4,-1.5:5,(1,'id'):6,():7}]");
  good('[{"id":1,"name":"x"},{"id":2,"name":null}]', "[{'id':1,'name':'x'},{'id':2}]");
  good('[{"id":1,"name":null}]', "[{'id':1}]", "[{'id':1,'name':'x','name':None}]");
  good("[]", "[]", " [ ] ");
  bad("expected a value at character 1", "", "]", "\ufeff[]", "\v[]", "\\\n[]");
  bad("expected a value at character 2", " ", "[", "[,]", "[#]", "[\\\n]", "[)");
  bad("expected a value at character 3", "[{,}]", "[{", "[{:1}]", "[{**{}}]", "[{]");
  bad("expected a value at character 8", "[{'id':", "[{'id':}]", "[{'id':\u00a01}]");
  bad("expected a value at character 10", "[{'id':1,,}]", "[{'id':1,", "[{'id':1,set()}]");
  bad("expected ':' at character 7", "[{'id'", "[{'id'}]", "[{'id','x'}]", "[{'id'=1}]");
  bad("expected ':' at character 15", "[{'name':'', 1}]", "[{1: 'a',  '😀'}]");
  bad("expected ',' or '}' at character 9", "[{'id':1", "[{'id':1]", "[{'id':1:2}]");
  bad("expected ',' or ']' at character 10", "[{'id':1}", "[{'id':1})", "[{'id':1};]");
  bad("expected ',' at character 9", "[{1:('a')}]", "[{('ids'):1}]");
  bad("expected the end at character 4", "[] x", "[] ,", "[] []", "[] \0", "[] #");
  bad("a key with a list or a dict at character 3", "[{[]:1}]", "[{({},):1}]");
  bad("expected a list, found a dict", "{'id': 1}", " {}");
  bad("expected a list, found a tuple", "({'id': 1},)");
  bad("[1]: expected a dict, found None", "[{'id': 1}, None]");
  bad("[2].id is missing", "[{'id':1}, {'id':2}, {}]", "[{'id':1}, {'id':2}, {'id':None}]");
  bad("[0].id is missing", "[{'id': 1, 'id': None}]", "[{'name': 'x'}]");
  const misfit = "[0].id: expected a whole number, found a string";
  bad(misfit, "[{'name': 2, 'id': 'x'}]", "[{'id': 1, 'id': 'x'}]");

  const odd = { constructor: id, ["__proto__"]: id, 'a"b': optional("STRING") };
  const readOdd = (text: string) => readLiteral(text, { form: "object", fields: odd });
  const oddJson = raw`{"constructor":3,"__proto__":1,"a\"b":null}`;
  check(["{'__proto__':1,'toString':2,'constructor':3}\n"], readOdd, { json: oddJson });
  check(["{'constructor':3}"], readOdd, { fault: "__proto__ is missing" });
  check(["[]", "[{}]"], readOdd, { fault: "expected a dict, found a list" });
  check(["0.065736"], readOdd, { fault: "expected a dict, found a float" });
});

/** A Python value: a bigint is a whole number, a number a float, and a dict may repeat a key. */
type Python = null | boolean | bigint | number | string | Python[] | { dict: [Python, Python][] };

/** Prints values as Python might; `choose` decides between spellings, by a number below its own. */
function printer(choose: (below: number) => number): (value: Python) => string {
  const pick = (...forms: string[]) => forms[choose(forms.length)] ?? "";
  const space = () => pick("", "", "", " ", "\n", "\t", "\r\n", " \f ");
  const series = (items: string[], comma = pick("", ",")) =>
    items.map((item) => space() + item + space()).join(",") + (items.length > 0 ? comma : "");

  function character(value: string, quote: string): string {
    const code = value.codePointAt(0) ?? 0;
    const hex = (width: number) => code.toString(16).padStart(width, "0");
    const escapes = [`\\U${hex(8)}`];
    if (code < 0x10000) escapes.push(`\\u${hex(4)}`);
    if (code < 0x200) escapes.push(`\\${code.toString(8).padStart(3, "0")}`);
    if (code < 0x100) escapes.push(`\\x${hex(2).toUpperCase()}`);
    if ("\\'\"".includes(value)) escapes.push(`\\${value}`);
    const escaped = `\n\r\0\\${quote}`.includes(value) || choose(3) === 0;
    return pick("", "", "", "", "", "\\\n") + (escaped ? pick(...escapes) : value);
  }

  return function print(value: Python): string {
    if (value === null) return "None";
    if (typeof value === "boolean") return value ? "True" : "False";
    if (typeof value === "bigint") return String(value);
    if (typeof value === "number") {
      const digits = Object.is(value, -0) ? "-0" : String(value);
      return /[.e]/.test(digits) ? digits : digits + pick(".0", ".", "e0");
    }
    if (typeof value === "string") {
      const quote = pick("'", '"');
      const body = Array.from(value, (one) => character(one, quote)).join("");
      return pick("", "u") + quote + body + quote;
    }
    if (Array.isArray(value)) {
      const items = value.map(print);
      return choose(3) > 0 ? `[${series(items)}]` : `(${series(items, ",")})`;
    }
    return `{${series(value.dict.map(([key, item]) => `${print(key)}${space()}:${print(item)}`))}}`;
  };
}

const fields = Object.fromEntries(types.map((type) => [type, optional(type)]));
const typed: LiteralShape = { form: "list", fields };
const nasty = fc.constantFrom(..."'|\"|\\|\n|\r|\0|{|}|[|]|:|,|#|7|x|u|N| |\u00a0|😀".split("|"));
const strings = fc.oneof(fc.string({ unit: "binary", maxLength: 8 }), fc.string({ unit: nasty }));
const wholes = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const floats = fc.double({ noNaN: true, noDefaultInfinity: true });
const { value: anything } = fc.letrec<{ value: Python }>((tie) => {
  const dict = fc.array(fc.tuple(fc.oneof(strings, wholes), tie("value")), { maxLength: 3 });
  const scalars = [fc.constantFrom(null, true, false), strings, wholes, floats];
  const nested = [fc.array(tie("value"), { maxLength: 3 }), fc.record({ dict })];
  return { value: fc.oneof({ maxDepth: 4 }, ...scalars, ...nested) };
});
const pair = fc.oneof(
  fc.tuple(fc.constant("STRING"), fc.option(strings)),
  fc.tuple(fc.constant("BIGINT"), fc.option(wholes)),
  fc.tuple(fc.constant("DOUBLE"), fc.option(floats)),
  fc.tuple(fc.constant("BOOLEAN"), fc.option(fc.boolean())),
  fc.tuple(fc.constant("other"), anything),
);
const dicts = fc.array(fc.array(pair, { maxLength: 8 }), { maxLength: 4 });
/** What the dicts of a list hold, and the literal that a printer makes of them. */
const literals = fc.tuple(dicts, fc.array(fc.nat(), { minLength: 1 })).map(([dicts, numbers]) => {
  let next = 0;
  const print = printer((below) => (numbers[next++ % numbers.length] ?? 0) % below);
  return { dicts, text: `[${dicts.map((dict) => print({ dict })).join(" ,\n")}]` };
});

describe("any Python literal", () => {
  function json(value: Python = null) {
    if (typeof value === "bigint") return String(value);
    return Object.is(value, -0) ? "-0.0" : JSON.stringify(value);
  }

  it("reads back as the value that it was printed from", () => {
    const property = fc.property(literals, ({ dicts, text }) => {
      const rows = dicts.map((dict) => {
        const last = new Map<string, Python>(dict);
        return `{${types.map((type) => `"${type}":${json(last.get(type))}`).join()}}`;
      });
      expect(readLiteral(text, typed)).to.deep.equal({ json: `[${rows.join()}]` });
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("is a fault when its end is cut off", () => {
    const property = fc.property(literals, fc.nat(), ({ text }, cut) => {
      expect(readLiteral(text.slice(0, cut % text.length), typed)).to.have.property("fault");
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("is JSON or a fault of one line, whatever the text holds", () => {
    const tokens = fc.oneof(nasty, fc.constantFrom("", "None", "-1", "'STRING'", "\\x", "\ud800"));
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(3), tokens), { maxLength: 4 });
    const broken = fc.tuple(literals, changes).map(([{ text }, changes]) =>
      changes.reduce((old, [place, removed, added]) => {
        const at = place % (old.length + 1);
        return old.slice(0, at) + added + old.slice(at + removed);
      }, text),
    );
    const units = fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes));
    const texts = fc.oneof(broken, units, strings, fc.string({ unit: tokens }));
    const property = fc.property(texts, fc.boolean(), (text, list) => {
      for (const whole of [text, `[{'STRING':'${text}'}]`, `{'STRING':${text}}`]) {
        const reading = readLiteral(whole, { fields, form: list ? "list" : "object" });
        if ("fault" in reading) expect(reading.fault).to.match(/^[ -~]{4,80}$/);
        else expect(JSON.parse(reading.json)).to.be.an(list ? "array" : "object");
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
