import { MarqueeError } from "../../errors.ts";
import { quoted } from "../../jobs/duckdb.ts";
import { inUnits } from "../../jobs/report/transfer.ts";
import { asWord } from "../../jobs/command-line.ts";
import { whole } from "../../jobs/report/plain-table.ts";
import { instant, lasting, shortened, tableLines, wrapped } from "../lake/text.ts";
import { type Ask, type History, type Row, textOf, type ToldRun } from "./history.ts";
import { stepLines } from "./steps.ts";
import { endingLines } from "./way-on.ts";

/**
 * The run that a person means.
 *
 * @param said its id, the beginning of one, or "last"
 * @throws MarqueeError (usage) where there is none, or more than one
 */
export function chosenRun({ lake, runs }: History, said: string): ToldRun {
  const fitting = said === "last" ? runs.slice(0, 1) : runs.filter(({ id }) => id.startsWith(said));
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return only;
  const ids = fitting.slice(0, 3).map(({ id }) => id);
  throw new MarqueeError({
    reason: "usage",
    what:
      only === undefined
        ? `the lake ${lake} knows no run ${said}`
        : `${fitting.length} runs begin with ${said}, such as ${ids.join(", ")}`,
    next:
      only === undefined
        ? `npm run runs -- --lake ${asWord(lake)} shows those that there are`
        : "Give more of the id",
  });
}

/** One run whole: its steps and tables, the account of its records, what was broken and what refused. */
export async function wholeRun(run: ToldRun, history: History, ask: Ask): Promise<string> {
  const rows = async (table: string, rest: (from: string) => string): Promise<Row[]> =>
    run.isInOps
      ? ask(table, (from) => rest(`(select * from ${from} where run_id = ${quoted(run.id)})`))
      : [];
  const parts = [
    headLines(run),
    endingLines(run, history, ""),
    stepLines(await rows("steps", (from) => `from ${from}`), run.reached),
    accountLines(await rows("sources", (from) => `from ${from} order by source`)),
    checkLines(await rows("checks", (from) => `from ${from} order by severity, table_name`)),
    quarantineLines(
      await rows(
        "quarantine",
        (from) => `
          select source, reason_code, count(*)::double as records, min(reason) as example
          from ${from} group by source, reason_code order by records desc, source, reason_code`,
      ),
    ),
  ];
  const told = parts.filter((lines) => lines.length > 0);
  return told.map((lines) => lines.join("\n")).join("\n\n");
}

function headLines(run: ToldRun): string[] {
  const { id, startedAt, finishedAt, status, sources, synthetic, engine, gitCommit } = run;
  const ended = finishedAt === undefined ? "" : `, ended ${instant(finishedAt, "second")}`;
  const seconds = finishedAt && (finishedAt.getTime() - startedAt.getTime()) / 1000;
  const took = seconds === undefined ? "" : `, took ${lasting(seconds)}`;
  return [
    ...(synthetic === true ? ["SYNTHETIC DATA: these films, users and figures are made up."] : []),
    `Run ${id} ${status}${took}`,
    ...wrapped(`over ${sources.join(", ")}`, "  "),
    `  started ${instant(startedAt, "second")}${ended} (UTC)`,
    ...(engine === undefined ? [] : [`  by ${engine}, commit ${gitCommit ?? "unknown"}`]),
    ...(status === "succeeded" && run.message !== undefined
      ? wrapped(`Note: ${run.message}`, "  ")
      : []),
  ];
}

function accountLines(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const head = ["source", "files", "size", "read", "kept", "superseded", "quarantined"];
  const outside = rows.some((row) => Number(row["records_outside_months"]) > 0);
  const columns = ["read", "kept", "superseded", "quarantined"];
  if (outside) [head, columns].forEach((names) => names.push("outside_months"));
  return tableLines(
    head.map((name) => name.replace("_", " ")),
    rows.map((row) => [
      String(row["source"]),
      Number(row["files"]) === 0 ? "absent" : whole(Number(row["files"])),
      inUnits(Number(row["bytes"])),
      ...columns.map((name) => whole(Number(row[`records_${name}`]))),
    ]),
  );
}

function checkLines(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const broken = rows.filter((row) => row["passed"] !== true);
  const line = `Checks: ${whole(rows.length - broken.length)} held, ${whole(broken.length)} broken.`;
  if (broken.length === 0) return [line];
  const table = tableLines(
    ["severity", "table", "broken check", "failing rows"],
    broken.map((row) => [
      String(row["severity"]),
      shortened(String(row["table_name"]), 36),
      shortened(String(row["check_name"]), 36),
      whole(Number(row["failing_rows"])),
    ]),
    3,
  );
  return [line, ...table];
}

function quarantineLines(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const table = tableLines(
    ["quarantined in", "reason", "such as", "records"],
    rows.map((row) => [
      String(row["source"]),
      shortened(String(row["reason_code"]), 22),
      shortened(textOf(row["example"]) ?? "", 44),
      whole(Number(row["records"])),
    ]),
    3,
  );
  return table;
}
