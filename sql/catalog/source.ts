import { MarqueeError } from "../../errors.ts";
import type { SourceDeclaration } from "./declaration.ts";
import { layoutOf } from "./layout.ts";
import type { Source, SourceColumn } from "./types.ts";

/** Beside its columns, every raw record has its place among all records of the source, from 1. */
export const recordOrdinal = "record_ordinal";

/** And the instant for which its delivery stands: its folder's date, else the run's start. */
export const deliveredAt = "delivered_at";

/**
 * Completes a source's declaration.
 *
 * @throws MarqueeError (catalog) where it names a column that it does not declare
 */
export function sourceOf(name: string, file: string, declaration: SourceDeclaration): Source {
  const columns = Object.entries(declaration.columns).map(([column, said]): SourceColumn => {
    const headers = said.header ?? [column];
    if (said.type === "literal") {
      const literal = { form: said.form, fields: said.fields };
      const common = { required: false, range: undefined, values: undefined, missing: [] };
      return { name: column, headers, type: "literal", literal, ...common };
    }
    return {
      name: column,
      headers,
      type: said.type,
      literal: undefined,
      required: said.required,
      range: said.range && { min: said.range[0] ?? undefined, max: said.range[1] ?? undefined },
      values: said.values,
      missing: said.missing,
    };
  });

  const columnNames = columns.map((column) => column.name);
  const known = new Set([...columnNames, recordOrdinal, deliveredAt]);
  const { wins } = declaration;
  for (const column of [...declaration.key, ...wins.map((key) => key.column)]) {
    if (!known.has(column)) {
      throw new MarqueeError({
        reason: "catalog",
        what: `sql/${file}: key or wins names the column "${column}", which it does not declare`,
        next: `Its columns are ${[...known].join(", ")}`,
      });
    }
  }
  return {
    name,
    description: declaration.description,
    files: declaration.files.map((said) => ({
      name: said.name,
      small: said.small,
      layout: layoutOf(`sql/${file}: ${said.name}`, said, columnNames),
    })),
    oneFolder: declaration.one_folder,
    columns,
    key: declaration.key,
    wins,
    stoodInBy: declaration.stood_in_by,
    file,
  };
}
