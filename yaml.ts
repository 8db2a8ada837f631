import { LineCounter, type ParsedNode, parseDocument, isMap, isSeq, type Document } from "yaml";
import { z } from "zod";

import { type ExitReason, MarqueeError } from "./errors.ts";

/**
 * Reads one YAML text into a validated value.
 *
 * @param reason whose fault it is if it cannot be read
 * @param file named in messages, with the line
 * @throws MarqueeError with `file:line` for broken YAML, an unknown or a missing key, or a value of
 *   the wrong kind: the first in the file
 */
export function readYaml<T>(
  reason: ExitReason,
  file: string,
  text: string,
  schema: z.ZodType<T>,
): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const why = broken.message.split(/ at line|\n/)[0] ?? "it cannot be read";
    throw faultAt(reason, file, lines.linePos(broken.pos[0]).line, `not valid YAML: ${why}`);
  }

  const result = schema.safeParse(valueOf(document, (why) => faultAt(reason, file, 1, why)));
  if (result.success) return result.data;

  const located = result.error.issues
    .map((issue) => {
      const { path, message } = describe(issue);
      const { line } = lines.linePos(offsetOf(document, path));
      return { line, message, unknown: issue.code === "unrecognized_keys" };
    })
    // A mistyped key is both unknown and missing: as the unknown one it has a place.
    .sort((a, b) => Number(b.unknown) - Number(a.unknown) || a.line - b.line);
  const first = located[0] ?? { line: 1, message: "it does not fit" };
  throw faultAt(reason, file, first.line, first.message);
}

/** The document as plain values; an alias may name what is nowhere, or name itself. */
function valueOf(document: Document<ParsedNode>, fault: (why: string) => MarqueeError): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw fault(`not valid YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function faultAt(reason: ExitReason, file: string, line: number, message: string): MarqueeError {
  return new MarqueeError({ reason, what: `${file}:${line}: ${message}` });
}

function describe(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string } {
  const place = issue.path.length === 0 ? "" : ` in ${issue.path.join(".")}`;
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    return { path: [...issue.path, key], message: `unknown key "${key}"${place}` };
  }
  if (issue.code === "invalid_union") {
    // The branch that got furthest says more than "invalid input".
    const deepest = issue.errors
      .flat()
      .sort((a, b) => b.path.length - a.path.length)
      .at(0);
    if (deepest !== undefined) {
      return describe({ ...deepest, path: [...issue.path, ...deepest.path] });
    }
  }
  const missing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
  const message = missing
    ? `missing key "${String(issue.path.at(-1))}"`
    : `${issue.path.join(".") || "the file"}: ${issue.message}`;
  return { path: issue.path, message };
}

/** Where the deepest part of the path that exists begins in the text. */
function offsetOf(document: Document<ParsedNode>, path: PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => String((item.key as { value?: unknown }).value) === String(step),
      );
      if (pair === undefined) break;
      offset = (pair.key as ParsedNode).range[0];
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as ParsedNode | undefined;
      if (item === undefined) break;
      offset = item.range[0];
      node = item;
    } else break;
  }
  return offset;
}
