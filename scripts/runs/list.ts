import { asWord } from "../../jobs/command-line.ts";
import { whole } from "../../jobs/report/plain-table.ts";
import { instant, lasting, shortened, tableLines } from "../lake/text.ts";
import type { History, ToldRun } from "./history.ts";
import { endingLines } from "./way-on.ts";

const indent = "    ";

/** The last runs of a lake, the newest first: what each read, and how a failed one can go on. */
export function runsList(history: History, last: number): string {
  const { lake, runs, holder } = history;
  const shown = runs.slice(0, last);
  const [head = "", ...rows] = tableLines(
    ["run", "started (UTC)", "status", "took", "read", "kept", "quarantined"],
    shown.map(rowOf),
    3,
  );
  const lines = shown.flatMap((run, index) => [
    rows[index] ?? "",
    indent + over(run),
    ...endingLines(run, history, indent),
  ]);
  const cutOff = holder !== undefined && holder.claim === undefined;
  return [
    ...(shown.length === 0 ? ["No run has ended in this lake yet."] : [head, ...lines]),
    ...(cutOff ? ["", `A run was killed in the middle of claiming the lake ${lake}.`] : []),
    "",
    ...(runs.length > shown.length ? [`${whole(runs.length - shown.length)} older runs.`] : []),
    `More of one: npm run runs -- --lake ${asWord(lake)} RUN, or "last"`,
  ].join("\n");
}

function rowOf({ id, startedAt, finishedAt, status, records }: ToldRun): string[] {
  const counts = records && [records.read, records.kept, records.quarantined].map(whole);
  return [
    id,
    instant(startedAt, "minute"),
    status,
    finishedAt === undefined ? "" : lasting((finishedAt.getTime() - startedAt.getTime()) / 1000),
    ...(counts ?? ["", "", ""]),
  ];
}

function over({ sources, synthetic }: ToldRun): string {
  const mark = synthetic === true ? " (SYNTHETIC DATA)" : "";
  return shortened(sources.join(", "), 75) + mark;
}
