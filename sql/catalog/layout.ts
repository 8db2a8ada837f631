import { MarqueeError } from "../../errors.ts";
import type { FileDeclaration } from "./declaration.ts";
import type { LaidField, Layout } from "./types.ts";

/**
 * Completes how a source's file is laid out.
 *
 * @param place where it is declared, for messages
 * @param columns names of the source's columns
 * @throws MarqueeError (catalog) where a delimited file does not give every column exactly once
 */
export function layoutOf(place: string, said: FileDeclaration, columns: readonly string[]): Layout {
  if (said.layout === "csv") return { kind: "csv" };

  const fields: LaidField[] = said.fields.map((name) => ({
    name,
    column: columns.includes(name) ? name : undefined,
    flag: false,
  }));
  const { flags, absorbs } = said;
  for (const name of flags?.names ?? []) fields.push({ name, column: flags?.column, flag: true });

  const given = [...fields.filter(({ flag }) => !flag).map(({ column }) => column), flags?.column];
  const wrong = columns.find((column) => given.filter((name) => name === column).length !== 1);
  if (wrong !== undefined) {
    throw new MarqueeError({
      reason: "catalog",
      what: `${place}: its fields must give the column "${wrong}" once`,
      next: `The source's columns are ${columns.join(", ")}; other names are read past`,
    });
  }
  const unknown = [absorbs, flags?.column].find(
    (name) => name !== undefined && !columns.includes(name),
  );
  if (unknown !== undefined) {
    throw new MarqueeError({
      reason: "catalog",
      what: `${place}: absorbs or flags names "${unknown}", which is no column of the source`,
      next: `Its columns are ${columns.join(", ")}`,
    });
  }
  const absorbing = absorbs === undefined ? -1 : said.fields.indexOf(absorbs);
  return {
    kind: "delimited",
    delimiter: said.delimiter,
    encodings: said.encodings,
    fields,
    absorbs: absorbing === -1 ? undefined : absorbing,
  };
}
