import type { ParsedSelect } from "./parse.ts";
import { subsetRules } from "./subset-rules.ts";
import { subjectOf } from "./subset-tree.ts";

/** One place where a SELECT leaves the shared subset. */
export interface SubsetFault {
  file: string;
  /** 1-based. */
  line: number;
  /** The id of one of `subsetRules`. */
  rule: string;
  /** What was found, and what to write instead. */
  message: string;
}

/** Holds a SELECT against every rule. The faults come in the order of the lines, each one once. */
export function lintSelect(parsed: ParsedSelect): SubsetFault[] {
  const subject = subjectOf(parsed);
  const faults = subsetRules.flatMap(({ id, check }) =>
    check(subject).map(({ line, message }) => ({ file: parsed.file, line, rule: id, message })),
  );
  // DuckDB copies a CASE's operand into each of its branches, and a window into each of its uses.
  const unique = new Map(faults.map((fault) => [JSON.stringify(fault), fault]));
  return [...unique.values()].sort((one, other) => one.line - other.line);
}
