import { readFile } from "node:fs/promises";

/** What the system tells of a process. */
export interface ProcessStatus {
  /** When it began, in the system's own count: the same number given out again has another. */
  start: string;
  /** Whether it is dead and only waits for its parent to notice. */
  hasEnded: boolean;
}

/** @returns undefined where there is no such process, or where the system has no /proc */
export async function statusOf(processId: number): Promise<ProcessStatus | undefined> {
  const text = await readFile(`/proc/${processId}/stat`, "utf8").catch(() => "");
  // The name of the program stands in brackets before all this and may hold anything.
  const [state = "", ...rest] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const start = rest[18];
  return start === undefined ? undefined : { start, hasEnded: "ZX".includes(state) };
}
