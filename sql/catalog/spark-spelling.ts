/** A name of our own for what both engines have under different names, and how Spark spells it. */
const spellings: Record<string, (...given: string[]) => string> = {
  three_best: (highest = "", thenHighest = "", lowest = "") =>
    // All ratings of a key are collected and sorted: Spark 3.5 has no aggregate that keeps only some.
    `slice(sort_array(collect_list(named_struct('highest', ${highest}, 'then_highest', ${thenHighest}, 'lowest', -(${lowest}))), false), 1, 3)`,
  bit_of: (number = "") => `shiftleft(1L, cast((${number}) as int))`,
  holds_bit: (bits = "", one = "") => `((${bits}) & (${one})) <> 0`,
};

/** The names that sql/macros/dialect.sql tells DuckDB, and nobody tells Spark. */
export const ownNames: readonly string[] = Object.keys(spellings);

/**
 * A SELECT of the shared SQL as Spark understands it: the three names that Spark does not know are
 * written out.
 */
export function sparkSpelling(select: string): string {
  const call = new RegExp(`\\b(${ownNames.join("|")})\\s*\\(`, "i").exec(select);
  if (call === null) return select;
  const [begin, said = ""] = call;
  const name = said.toLowerCase();
  const { given, end } = argumentsFrom(select, call.index + begin.length);
  const spelled = spellings[name]?.(...given.map(sparkSpelling)) ?? "";
  return select.slice(0, call.index) + spelled + sparkSpelling(select.slice(end));
}

/** What stands between an opening bracket and the one that closes it, cut at its own commas; not in texts. */
function argumentsFrom(text: string, start: number): { given: string[]; end: number } {
  const given: string[] = [];
  let depth = 1;
  let begin = start;
  for (let place = start; place < text.length; place += 1) {
    const [quoted = ""] = /^'(?:[^']|'')*'/.exec(text.slice(place)) ?? [];
    place += quoted.length;
    const letter = text[place];
    if (letter === "(") depth += 1;
    if (letter === ")") depth -= 1;
    if (depth === 0 || (depth === 1 && letter === ",")) {
      given.push(text.slice(begin, place).trim());
      begin = place + 1;
    }
    if (depth === 0) return { given, end: place + 1 };
  }
  throw new Error(`a bracket is never closed: ${text.slice(start, start + 80)}`);
}
