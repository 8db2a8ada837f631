import { plainTable } from "../../jobs/report/plain-table.ts";

/** Of a terminal that people keep beside their work. */
export const lineWidth = 100;

/**
 * A table without lines and colours, its head first: one line a row.
 *
 * @param leftColumns so many columns are texts, the others numbers
 */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  leftColumns = 1,
): string[] {
  const table = plainTable(
    head,
    Array.from({ length: leftColumns }, (_, index) => index),
  );
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

/** Breaks a text between words into lines that begin with `indent`. */
export function wrapped(text: string, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of oneLine(text).split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && indent.length + longer.length > lineWidth) {
      lines.push(indent + line);
      line = word;
    } else line = longer;
  }
  return [...lines, indent + line];
}

/** What a file or a message holds must not steer a terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").trim();
}

export function shortened(text: string, length: number): string {
  const line = oneLine(text);
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

/** 12.3 s, 4 m 05 s, 1 h 02 m. */
export function lasting(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const [all, two] = [Math.round(seconds), (value: number) => String(value).padStart(2, "0")];
  if (all < 3600) return `${Math.floor(all / 60)} m ${two(all % 60)} s`;
  return `${Math.floor(all / 3600)} h ${two(Math.floor((all % 3600) / 60))} m`;
}

/** An instant in UTC, to the minute or to the second. */
export function instant(date: Date, length: "minute" | "second"): string {
  const text = date.toISOString().replace("T", " ");
  return text.slice(0, length === "minute" ? 16 : 19);
}
