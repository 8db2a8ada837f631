import type { Check, Range, Table } from "./types.ts";

/**
 * Renders a check as one SELECT in the subset that every engine runs: one row, one column
 * `failing_rows` (BIGINT), 0 where the promise holds.
 *
 * @param today the day of the run (UTC), which a freshness is counted from
 */
export function checkQuery(table: Table, check: Check, today: Date): string {
  return `with ${steps(table, check, today).join(",\n\n")}\n\nselect * from final\n`;
}

function steps(table: Table, check: Check, today: Date): string[] {
  switch (check.check) {
    case "unique": {
      const columns = check.columns.join(", ");
      const filled = check.columns.map((column) => `${column} is not null`).join(" and ");
      const condition = check.nullSafe ? "" : ` where ${filled}`;
      return [
        `copies as (\n    select ${columns}, cast(count(*) as bigint) as copies\n    from ${table.id}${condition}\n    group by ${columns}\n)`,
        "final as (\n    select coalesce(cast(sum(copies - 1) as bigint), cast(0 as bigint)) as failing_rows\n    from copies where copies > 1\n)",
      ];
    }
    case "not_null":
      return [counted(table.id, check.columns.map((column) => `${column} is null`).join(" or "))];
    case "accepted_values":
      // By value first: there are few of them, and each is then compared once.
      return [
        `value_counts as (\n    select ${check.column}, cast(count(*) as bigint) as rows_of_value\n    from ${table.id}\n    group by ${check.column}\n)`,
        summed(
          "value_counts",
          "rows_of_value",
          `${check.column} not in (${check.values.map(literal).join(", ")})`,
        ),
      ];
    case "range":
      return [counted(table.id, outside(check.column, check.range))];
    case "foreign_key": {
      const matches = check.columns.map((column) => `child.${column} = parent.${column}`);
      const filled = check.columns.map((column) => `child.${column} is not null`);
      return [
        `orphans as (\n    select child.${check.columns[0] ?? ""}\n    from ${table.id} as child\n    anti join ${check.references} as parent on ${matches.join(" and ")}\n    where ${filled.join(" and ")}\n)`,
        counted("orphans", undefined),
      ];
    }
    case "row_count": {
      const { min, max } = check.range;
      const cases = [
        ...(min === undefined ? [] : [`when found < ${String(min)} then ${String(min)} - found`]),
        ...(max === undefined ? [] : [`when found > ${String(max)} then found - ${String(max)}`]),
      ];
      return [
        `row_count as (select cast(count(*) as bigint) as found from ${table.id})`,
        `final as (\n    select cast(case ${cases.join(" ")} else 0 end as bigint) as failing_rows from row_count\n)`,
      ];
    }
    case "freshness": {
      const day = `cast('${today.toISOString().slice(0, 10)}' as date)`;
      return [
        `newest as (select max(cast(${check.column} as date)) as newest_day from ${table.id})`,
        counted("newest", `datediff(${day}, newest_day) > ${String(check.maxAgeDays)}`),
      ];
    }
    case "month_of": {
      // A month is right for all instants between two for which it is right; instants are slow to cut.
      const { column, instant } = check;
      const isMonth = (value: string): string =>
        `${column} is not distinct from cast(date_trunc('month', cast(${value} as date)) as date)`;
      return [
        `months as (\n    select ${column}, min(${instant}) as earliest, max(${instant}) as latest, cast(count(*) as bigint) as rows_of_month\n    from ${table.id}\n    group by ${column}\n)`,
        summed("months", "rows_of_month", `not (${isMonth("earliest")} and ${isMonth("latest")})`),
      ];
    }
    case "expression":
      return [counted(table.id, `not coalesce(${check.expression}, false)`)];
  }
}

function counted(from: string, condition: string | undefined): string {
  const where = condition === undefined ? "" : `\n    where ${condition}`;
  return `final as (\n    select cast(count(*) as bigint) as failing_rows\n    from ${from}${where}\n)`;
}

/** Rows of the groups that break a promise. */
function summed(from: string, rows: string, condition: string): string {
  return `final as (\n    select coalesce(cast(sum(${rows}) as bigint), cast(0 as bigint)) as failing_rows\n    from ${from}\n    where ${condition}\n)`;
}

function outside(column: string, { min, max }: Range): string {
  const below = min === undefined ? [] : [`${column} < ${literal(min)}`];
  const above = max === undefined ? [] : [`${column} > ${literal(max)}`];
  return [...below, ...above].join(" or ");
}

/** Numbers with a fraction are written as doubles, since 0.5 alone would be a decimal. */
function literal(value: number | string): string {
  if (typeof value === "string") return `'${value}'`;
  return Number.isInteger(value) ? String(value) : `${String(value)}e0`;
}
