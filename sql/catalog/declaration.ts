import { z } from "zod";

import { charts, columnTypes, encodings, scalarTypes, type SortKey, sections } from "./types.ts";

/** What the YAML files may say. Every object is strict: a typo is an error, never a default. */

const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "expected a name in lower case with underscores");
const sentence = z.string().min(1);
const names = z.array(identifier).min(1);
const bound = z.number().nullable();
const range = z
  .tuple([bound, bound])
  .refine(([min, max]) => min !== null || max !== null, "a range needs a lower or an upper bound");
const severity = z.enum(["error", "warn"]).default("error");
const sortKey = z
  .string()
  .regex(/^[a-z][a-z0-9_]* (asc|desc)$/, "expected a column and asc or desc")
  .transform((text): SortKey => {
    const [column = "", direction] = text.split(" ");
    return { column, direction: direction === "desc" ? "desc" : "asc" };
  });
/** A value that stands in a SELECT as it is: no quote or backslash, which engines read differently. */
const plainValue = z.union([
  z.number(),
  z.string().regex(/^[^'\\]*$/, "expected no quote and no backslash"),
]);

const column = z.strictObject({
  type: z.enum(columnTypes),
  description: sentence,
  unit: sentence.optional(),
  required: z.boolean().default(false),
  range: range.optional(),
  values: z.array(plainValue).min(1).optional(),
});

const needsBound = "expected min, max or both";
const bounded = (said: { min?: number | undefined; max?: number | undefined }) =>
  said.min !== undefined || said.max !== undefined;
const common = { name: identifier.optional(), severity };
const check = z.discriminatedUnion("check", [
  z.strictObject({
    check: z.literal("unique"),
    columns: names,
    null_safe: z.boolean().default(false),
    ...common,
  }),
  z.strictObject({ check: z.literal("not_null"), columns: names, ...common }),
  z.strictObject({
    check: z.literal("accepted_values"),
    column: identifier,
    values: z.array(plainValue).min(1),
    ...common,
  }),
  z
    .strictObject({
      check: z.literal("range"),
      column: identifier,
      min: z.number().optional(),
      max: z.number().optional(),
      ...common,
    })
    .refine(bounded, needsBound),
  z.strictObject({
    check: z.literal("foreign_key"),
    columns: names,
    references: z.string().regex(/^(staging|core|marts)\.[a-z0-9_]+$/, "expected layer.table"),
    ...common,
  }),
  z
    .strictObject({
      check: z.literal("row_count"),
      min: z.int().optional(),
      max: z.int().optional(),
      ...common,
    })
    .refine(bounded, needsBound),
  z.strictObject({
    check: z.literal("freshness"),
    column: identifier,
    max_age_days: z.int().positive(),
    ...common,
  }),
  z.strictObject({
    check: z.literal("month_of"),
    column: identifier,
    instant: identifier,
    ...common,
  }),
  z.strictObject({
    check: z.literal("expression"),
    expression: sentence,
    ...common,
    name: identifier,
  }),
]);

const oneOrMore = z.union([identifier.transform((name) => [name]), names]);
const tile = z.strictObject({
  section: z.enum(sections),
  question: sentence.optional(),
  chart: z.enum(charts),
  x: oneOrMore.default([]),
  y: oneOrMore.default([]),
  colour: identifier.optional(),
  columns: names.default([]),
  filter: identifier.optional(),
  sort: z.array(sortKey).default([]),
});

export const tableDeclaration = z.strictObject({
  question: sentence,
  description: sentence.optional(),
  grain: sentence,
  key: names,
  null_safe_key: z.boolean().default(false),
  columns: z.record(identifier, column),
  partition: z
    .strictObject({
      column: identifier,
      by: z.enum(["DAY", "MONTH"]),
      filter_required: z.boolean().default(false),
    })
    .optional(),
  records_of: identifier.optional(),
  increment: z
    .strictObject({ by: identifier, of: z.string().regex(/^staging\.[a-z0-9_]+$/) })
    .optional(),
  cluster: names.max(4, "BigQuery clusters by at most four columns").default([]),
  checks: z.array(check).default([]),
  tiles: z.array(tile).default([]),
  leaves_out: sentence.optional(),
});
export type TableDeclaration = z.infer<typeof tableDeclaration>;

const header = z.union([z.string().transform((name) => [name]), z.array(z.string()).min(1)]);
const scalarColumn = z.strictObject({
  header: header.optional(),
  type: z.enum(scalarTypes),
  description: sentence.optional(),
  unit: sentence.optional(),
  required: z.boolean().default(false),
  range: z.tuple([bound, z.union([bound, z.literal("run_start")])]).optional(),
  values: z.array(z.number()).min(1).optional(),
  missing: z.array(z.string()).default([]),
});
const derivedColumn = z.strictObject({
  type: z.literal("derived"),
  description: sentence.optional(),
  month_of: identifier,
});
const literalColumn = z.strictObject({
  header: header.optional(),
  type: z.literal("literal"),
  description: sentence.optional(),
  form: z.enum(["list", "object"]),
  fields: z.record(
    identifier,
    z.strictObject({
      type: z.enum(["BIGINT", "DOUBLE", "STRING", "BOOLEAN"]),
      required: z.boolean().default(false),
    }),
  ),
});

const fileName = z.string().regex(/^[^/\\]+$/, "expected the name of a file, without folders");
const file = z.discriminatedUnion("layout", [
  z.strictObject({ name: fileName, small: fileName.optional(), layout: z.literal("csv") }),
  z.strictObject({
    name: fileName,
    small: fileName.optional(),
    layout: z.literal("delimited"),
    delimiter: z.string().min(1),
    encodings: z.array(z.enum(encodings)).min(1),
    fields: names,
    absorbs: identifier.optional(),
    flags: z.strictObject({ column: identifier, names: z.array(sentence).min(1) }).optional(),
  }),
]);
export type FileDeclaration = z.infer<typeof file>;

export const sourceDeclaration = z.strictObject({
  description: sentence,
  files: z.array(file).min(1),
  one_folder: z.boolean().default(false),
  columns: z.record(
    identifier,
    z.discriminatedUnion("type", [scalarColumn, literalColumn, derivedColumn]),
  ),
  key: names,
  wins: z.array(sortKey).min(1),
  months: identifier.optional(),
  stood_in_by: z.array(identifier).default([]),
});
export type SourceDeclaration = z.infer<typeof sourceDeclaration>;

const bytes = z.int().positive();
export const datasetDeclaration = z.strictObject({
  title: sentence,
  publisher: sentence,
  page: z.url(),
  licence: sentence,
  redistributable: z.boolean(),
  holds: names,
  download: z.strictObject({
    file: fileName,
    address: z.url({ protocol: /^https$/ }),
    form: z.enum(["zip", "csv"]),
    bytes,
    unpacked_bytes: bytes,
    md5: z
      .string()
      .regex(/^[0-9a-f]{32}$/, "expected 32 hexadecimal digits")
      .optional(),
    credentials: z.enum(["kaggle"]).optional(),
  }),
});
export type DatasetDeclaration = z.infer<typeof datasetDeclaration>;
