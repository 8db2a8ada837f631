import { inUnits } from "../../jobs/report/transfer.ts";
import { tableLines } from "../lake/text.ts";
import type { CleaningPlan } from "./plan.ts";

/** What would be removed, why and how much that frees, and what is left alone. */
export function planText(lake: string, { leftovers, freed, strangers }: CleaningPlan): string {
  const alone = strangers.map((name) => `Not Marquee's, left alone: ${name}`);
  if (leftovers.length === 0) {
    return [`Nothing to remove in ${lake}.`, ...alone].join("\n");
  }
  const table = tableLines(
    ["no published table needs", "because", "frees"],
    leftovers.map(({ name, why }, index) => [name, why, inUnits(freed[index] ?? 0)]),
    2,
  );
  const sum = freed.reduce((all, bytes) => all + bytes, 0);
  // Unbroken: a person may copy the command in it.
  const notes = leftovers.flatMap(({ note }) => (note === undefined ? [] : [`Mind: ${note}`]));
  return [...table, "", ...notes, ...alone, `In all ${inUnits(sum)} in ${lake}.`].join("\n");
}
