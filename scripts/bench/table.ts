import { plainTable, whole } from "../../jobs/report/plain-table.ts";
import type { EnginesMeasurement } from "./engines.ts";
import type { GrowthPoint } from "./growth.ts";
import type { MeasuredFloor, Measurement } from "./measure.ts";
import type { Circumstances } from "./result.ts";
import type { Spread } from "./statistics.ts";

/** Which part of what DuckDB does alone a step of the pipeline is held against. */
const beside: Readonly<Record<string, [part: "read" | "load" | "answer", what: string]>> = {
  prepare: ["read", "CSV to Parquet"],
  transform: ["answer", "seven answers"],
  publish: ["load", "into a DuckDB file"],
};

/** What a person reads at the end of a bench. */
export function benchText(
  { machine, peak_memory, files }: Circumstances,
  measured: Measurement,
): string {
  const lines = [
    sizeText(measured),
    `${machineText(machine)}.`,
    `Files: ${files}. Memory: ${peak_memory}.`,
  ];
  return `${stepsTable(measured)}\n\n${lines.join("\n")}\n`;
}

/** The same of both engines side by side. */
export function enginesText({ machine }: Circumstances, measured: EnginesMeasurement): string {
  const { tables, seconds, spark } = measured;
  const table = plainTable(["table", "rows", "DuckDB, seconds", "Spark, seconds"], [0]);
  for (const { table: id, rows, seconds: each } of tables)
    table.push([id, whole(rows), spread(each.duckdb), spread(each.spark)]);
  const all = "everything, with the engine's start";
  table.push([all, "", spread(seconds.duckdb), spread(seconds.spark)]);
  const lines = [
    sizeText(measured),
    `${machineText(machine)}, Spark ${spark.version}, local[${machine.cores}], ${spark.driver_memory} of driver memory.`,
  ];
  return `${table.toString()}\n\n${lines.join("\n")}\n`;
}

function sizeText({ ratings, times }: { ratings: number; times: number }): string {
  return times === 1
    ? `${whole(ratings)} ratings, measured once.`
    : `${whole(ratings)} ratings, measured ${times} times: medians, in brackets the least and the most.`;
}

function machineText({ cores, cpu, memory_bytes, node, duckdb }: Circumstances["machine"]): string {
  return `On ${cores} cores of ${cpu}, ${gigabytes(memory_bytes)} of memory; node ${node}, DuckDB ${duckdb}`;
}

/** What a person reads at the end of a series of sizes. */
export function growthText(points: readonly GrowthPoint[]): string {
  const table = plainTable(
    ["ratings", "seconds", "per million", "peak memory", "DuckDB alone"],
    [],
  );
  for (const { ratings, seconds_per_million, pipeline, floor } of points)
    table.push([
      whole(ratings),
      spread(pipeline.seconds),
      seconds_per_million.toFixed(2),
      memory(pipeline.peak_memory_bytes),
      floor === null ? "" : spread(floor.seconds),
    ]);
  return `${table.toString()}\n`;
}

function stepsTable({ pipeline, floor, ratio }: Measurement): string {
  const table = plainTable(
    ["step", "seconds", "peak memory", "DuckDB alone", "seconds", "peak memory"],
    [0, 3],
  );
  for (const { step, seconds, peak_memory_bytes } of pipeline.steps)
    table.push([step, spread(seconds), memory(peak_memory_bytes), ...floorCells(step, floor)]);
  table.push([
    "everything, with node's start",
    spread(pipeline.seconds),
    memory(pipeline.peak_memory_bytes),
    ...(floor === null ? ["", "", ""] : all(floor)),
  ]);
  if (ratio !== null) table.push(["everything / DuckDB alone", ratio.toFixed(2), "", "", "", ""]);
  return table.toString();
}

function floorCells(step: string, floor: MeasuredFloor | null): string[] {
  const [part, what] = beside[step] ?? [];
  if (floor === null || part === undefined) return ["", "", ""];
  return [what ?? "", spread(floor[part]), ""];
}

function all({ seconds, peak_memory_bytes }: MeasuredFloor): string[] {
  return ["all three", spread(seconds), memory(peak_memory_bytes)];
}

function spread({ median, min, max }: Spread): string {
  if (min === max) return median.toFixed(2);
  return `${median.toFixed(2)} (${min.toFixed(2)} - ${max.toFixed(2)})`;
}

function memory(bytes: Spread | null): string {
  return bytes === null ? "" : gigabytes(bytes.median);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
