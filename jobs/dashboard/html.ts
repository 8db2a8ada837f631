/** Text as HTML shows it, in an element or in a quoted attribute, whatever stands in it. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${String(character.codePointAt(0))};`);
}

/** A table with a heading row; numbers are given as text already. */
export function htmlTable(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: ReadonlySet<number>,
): string {
  const cell = (tag: "td" | "th", words: string, index: number): string =>
    `<${tag}${tag === "th" ? ' scope="col"' : ""}${numeric.has(index) ? ' class="number"' : ""}>${escaped(words)}</${tag}>`;
  return `
    <div class="scroll" tabindex="0" role="region" aria-label="${escaped(caption)}">
    <table><caption>${escaped(caption)}</caption>
    <thead><tr>${head.map((words, index) => cell("th", words, index)).join("")}</tr></thead>
    <tbody>${rows.map((row) => `<tr>${row.map((words, index) => cell("td", words, index)).join("")}</tr>`).join("\n")}</tbody>
    </table></div>`;
}
