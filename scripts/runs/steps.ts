import { inUnits } from "../../jobs/report/transfer.ts";
import { whole } from "../../jobs/report/plain-table.ts";
import { tableLines } from "../lake/text.ts";
import type { Row } from "./history.ts";

const stepOrder = ["fetch", "prepare", "transform", "check", "publish"];

/**
 * Each step, and below it the tables that it wrote.
 *
 * @param reached all steps that were begun: one that failed may have left no row
 */
export function stepLines(rows: readonly Row[], reached: readonly string[]): string[] {
  if (reached.length === 0) return [];
  const hasMemory = rows.some((row) => numberOf(row["peak_memory_bytes"]) !== undefined);
  const memory = (row: Row | undefined): string[] => {
    if (!hasMemory) return [];
    const bytes = numberOf(row?.["peak_memory_bytes"]);
    return [bytes === undefined ? "" : inUnits(bytes)];
  };

  const names = [...new Set(reached)].sort(
    (one, other) => stepOrder.indexOf(one) - stepOrder.indexOf(other),
  );
  const lines = names.flatMap((name) => {
    const ofStep = rows.filter((row) => row["step"] === name);
    const tables = ofStep.filter((row) => row["table_name"] !== null);
    const step = ofStep.find((row) => row["table_name"] === null);
    return [
      [
        // What failed may have left its tables, and has no row of its own.
        step === undefined ? `${name} (not done)` : name,
        sum(tables, "rows_written", whole),
        sum(tables, "bytes", inUnits),
        seconds(step),
        ...memory(step),
      ],
      ...tables.map((row) => [
        `  ${String(row["table_name"])}`,
        sum([row], "rows_written", whole),
        sum([row], "bytes", inUnits),
        seconds(row),
        ...memory(row),
      ]),
    ];
  });
  const head = ["step, table", "rows", "size", "seconds", ...(hasMemory ? ["peak memory"] : [])];
  return tableLines(head, lines);
}

function sum(rows: readonly Row[], column: string, told: (value: number) => string): string {
  const known = rows.flatMap((row) => numberOf(row[column]) ?? []);
  return known.length === 0 ? "" : told(known.reduce((all, value) => all + value, 0));
}

function seconds(row: Row | undefined): string {
  const value = numberOf(row?.["seconds"]);
  return value === undefined ? "" : value.toFixed(2);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "bigint" || typeof value === "number" ? Number(value) : undefined;
}
