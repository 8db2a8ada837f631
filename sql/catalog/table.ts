import { MarqueeError } from "../../errors.ts";
import type { TableDeclaration } from "./declaration.ts";
import { tilesOf } from "./tiles.ts";
import type { Check, Column, Layer, Range, Table } from "./types.ts";

/**
 * Completes a table's declaration: defaults filled in, the checks that key and columns imply put
 * in front of those declared, every column that it names known.
 *
 * @throws MarqueeError (catalog) where the declaration contradicts itself
 */
export function tableOf(
  layer: Layer,
  name: string,
  file: string,
  declaration: TableDeclaration,
): Table {
  const columns = Object.entries(declaration.columns).map(([column, said]): Column => ({
    name: column,
    type: said.type,
    description: said.description,
    unit: said.unit,
    required: said.required,
    range: said.range && rangeOf(said.range[0], said.range[1]),
    values: said.values,
  }));
  const known = new Set(columns.map((column) => column.name));
  const refuse = (what: string): never => {
    throw new MarqueeError({
      reason: "catalog",
      what: `sql/${file}: ${what}`,
      next: `The columns of ${layer}.${name} are ${[...known].join(", ")}`,
    });
  };
  const expectColumns = (place: string, used: readonly string[]): void => {
    for (const column of used) {
      if (!known.has(column))
        refuse(`${place} names the column "${column}", which it does not declare`);
    }
  };

  expectColumns("key", declaration.key);
  expectColumns("cluster", declaration.cluster);
  if (declaration.increment) expectColumns("increment", [declaration.increment.by]);
  if (declaration.partition) {
    expectColumns("partition", [declaration.partition.column]);
    const type = declaration.columns[declaration.partition.column]?.type;
    if (type !== "DATE" && type !== "TIMESTAMP") refuse("a partition needs a DATE or a TIMESTAMP");
  }
  const checks = [...impliedChecks(declaration, columns), ...declaration.checks.map(declaredCheck)];
  for (const check of checks) {
    const used = "columns" in check ? check.columns : "column" in check ? [check.column] : [];
    expectColumns(`check ${check.name}`, used);
    if (check.check === "month_of") expectColumns(`check ${check.name}`, [check.instant]);
  }
  for (const check of checks) {
    if (check.check !== "range") continue;
    const type = columns.find((column) => column.name === check.column)?.type;
    if (type !== "BIGINT" && type !== "DOUBLE")
      refuse(`check ${check.name} gives a range to a ${type ?? ""}`);
  }
  const twice = checks.find((check, i) => checks.findIndex((c) => c.name === check.name) !== i);
  if (twice) refuse(`two checks are called ${twice.name}: give one a name of its own`);

  return {
    id: `${layer}.${name}`,
    layer,
    name,
    question: declaration.question,
    description: declaration.description,
    grain: declaration.grain,
    key: declaration.key,
    nullSafeKey: declaration.null_safe_key,
    columns,
    partition: declaration.partition && {
      column: declaration.partition.column,
      by: declaration.partition.by,
      filterRequired: declaration.partition.filter_required,
    },
    cluster: declaration.cluster,
    checks,
    tiles: tilesOf(declaration, columns, expectColumns, refuse),
    leavesOut: declaration.leaves_out,
    recordsOf: declaration.records_of,
    increment: declaration.increment,
    select: undefined,
    reads: [],
    file,
    selectFile: undefined,
  };
}

/** What a key and a column's declaration promise without saying "check". */
function impliedChecks(declaration: TableDeclaration, columns: Column[]): Check[] {
  const severity = "error";
  const required = columns.filter(
    ({ name, required: said }) =>
      said || (!declaration.null_safe_key && declaration.key.includes(name)),
  );
  const checks: Check[] = [
    {
      check: "unique",
      columns: declaration.key,
      nullSafe: declaration.null_safe_key,
      name: `unique_${declaration.key.join("_")}`,
      severity,
    },
  ];
  if (required.length > 0) {
    const names = required.map((column) => column.name);
    checks.push({ check: "not_null", columns: names, name: "not_null", severity });
  }
  for (const { name, range, values } of columns) {
    if (range)
      checks.push({ check: "range", column: name, range, name: `range_of_${name}`, severity });
    if (values) {
      checks.push({
        check: "accepted_values",
        column: name,
        values,
        name: `values_of_${name}`,
        severity,
      });
    }
  }
  return checks;
}

function declaredCheck(said: TableDeclaration["checks"][number]): Check {
  const { severity } = said;
  switch (said.check) {
    case "unique": {
      const name = said.name ?? `unique_${said.columns.join("_")}`;
      return { check: said.check, columns: said.columns, nullSafe: said.null_safe, name, severity };
    }
    case "not_null": {
      const name = said.name ?? `not_null_${said.columns.join("_")}`;
      return { check: said.check, columns: said.columns, name, severity };
    }
    case "accepted_values": {
      const name = said.name ?? `values_of_${said.column}`;
      return { check: said.check, column: said.column, values: said.values, name, severity };
    }
    case "range": {
      const name = said.name ?? `range_of_${said.column}`;
      return {
        check: said.check,
        column: said.column,
        range: rangeOf(said.min, said.max),
        name,
        severity,
      };
    }
    case "foreign_key": {
      const name = said.name ?? `${said.columns.join("_")}_in_${said.references.replace(".", "_")}`;
      return {
        check: said.check,
        columns: said.columns,
        references: said.references,
        name,
        severity,
      };
    }
    case "row_count":
      return {
        check: said.check,
        range: rangeOf(said.min, said.max),
        name: said.name ?? "row_count",
        severity,
      };
    case "freshness": {
      const name = said.name ?? `freshness_of_${said.column}`;
      return {
        check: said.check,
        column: said.column,
        maxAgeDays: said.max_age_days,
        name,
        severity,
      };
    }
    case "month_of": {
      const name = said.name ?? `${said.column}_is_the_month_of_${said.instant}`;
      return { check: said.check, column: said.column, instant: said.instant, name, severity };
    }
    case "expression":
      return { check: said.check, expression: said.expression, name: said.name, severity };
  }
}

function rangeOf(min: number | null | undefined, max: number | null | undefined): Range {
  return { min: min ?? undefined, max: max ?? undefined };
}
