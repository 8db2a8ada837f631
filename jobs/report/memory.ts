import { readFileSync, writeFileSync } from "node:fs";

/**
 * The most memory that this process has held at once since the last call of `forgetPeakMemory`, in
 * bytes, DuckDB's included. Where the system keeps no mark that can be set back (it is Linux that
 * does), since the process began.
 */
export function peakMemory(): number {
  return highWaterMark("self") ?? process.resourceUsage().maxRSS * 1024;
}

/** The same of any process; undefined for one that is gone, and on systems without /proc. */
export function highWaterMark(processId: number | "self"): number | undefined {
  try {
    const status = readFileSync(`/proc/${processId}/status`, "utf8");
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
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
