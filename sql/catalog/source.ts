import { MarqueeError } from "../../errors.ts";
import type { SourceDeclaration } from "./declaration.ts";
import { layoutOf } from "./layout.ts";
import type { Source, SourceColumn } from "./types.ts";

/** Beside its columns, every raw record has its place among all records of the source, from 1. */
export const recordOrdinal = "record_ordinal";

/** And the instant for which its delivery stands: its folder's date, else the run's start. */
export const deliveredAt = "delivered_at";

/** Whether a column stands in the file, and is not derived from another one. */
export function isField({ monthOf }: SourceColumn): boolean {
  return monthOf === undefined;
}

/**
 * Completes a source's declaration.
 *
 * @throws MarqueeError (catalog) where it names a column that it does not declare
 */
export function sourceOf(name: string, file: string, declaration: SourceDeclaration): Source {
  const columns = Object.entries(declaration.columns).map(([column, said]): SourceColumn => {
    const common = { required: false, range: undefined, values: undefined, missing: [] };
    if (said.type === "derived") {
      const none = { headers: [], literal: undefined, monthOf: said.month_of };
      return { name: column, type: "MONTH", ...common, ...none };
    }
    const headers = said.header ?? [column];
    if (said.type === "literal") {
      const literal = { form: said.form, fields: said.fields };
      return { name: column, headers, type: "literal", literal, ...common, monthOf: undefined };
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
      monthOf: undefined,
    };
  });
  const refuse = (what: string, names: Iterable<string>): never => {
    throw new MarqueeError({
      reason: "catalog",
      what: `sql/${file}: ${what}`,
      next: `Its columns are ${[...names].join(", ")}`,
    });
  };

  const columnNames = columns.map((column) => column.name);
  const known = new Set([...columnNames, recordOrdinal, deliveredAt]);
  const { wins } = declaration;
  for (const column of [...declaration.key, ...wins.map((key) => key.column)]) {
    if (!known.has(column)) {
      refuse(`key or wins names the column "${column}", which it does not declare`, known);
    }
  }
  for (const { monthOf } of columns) {
    if (monthOf === undefined) continue;
    if (columns.find((column) => column.name === monthOf)?.type !== "EPOCH") {
      refuse(`month_of names "${monthOf}", which is no column of type EPOCH`, columnNames);
    }
  }
  const { months } = declaration;
  if (months !== undefined && columns.find(({ name }) => name === months)?.type !== "MONTH") {
    refuse(`months names "${months}", which is no column of months`, columnNames);
  }
  const fieldNames = columns.filter(isField).map((column) => column.name);
  return {
    name,
    description: declaration.description,
    files: declaration.files.map((said) => ({
      name: said.name,
      small: said.small,
      layout: layoutOf(`sql/${file}: ${said.name}`, said, fieldNames),
    })),
    oneFolder: declaration.one_folder,
    columns,
    key: declaration.key,
    wins,
    months,
    stoodInBy: declaration.stood_in_by,
    file,
  };
}
