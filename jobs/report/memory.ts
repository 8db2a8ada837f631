import { readFileSync, writeFileSync } from "node:fs";

/**
 * The most memory that this process has held at once since the last call of `forgetPeakMemory`, in
 * bytes, DuckDB's included. Where the system keeps no mark that can be set back (it is Linux that
 * does), since the process began.
 */
export function peakMemory(): number {
  try {
    const mark = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    if (mark?.[1] !== undefined) return Number(mark[1]) * 1024;
  } catch {
    // No such file on other systems.
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** Begins to watch the peak anew. */
export function forgetPeakMemory(): void {
  try {
    // Of proc(5): 5 sets the high-water mark back to what is held now.
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Then the mark is that of the whole process.
  }
}
