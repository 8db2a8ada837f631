import { readFileSync } from "node:fs";
import { platform } from "node:process";

const milliseconds = 100;

/** How the peak of a process's memory is known, for whoever reads the figures. */
export const peakMemorySource =
  platform === "linux"
    ? `VmHWM in /proc/<pid>/status, read every ${milliseconds} ms`
    : `not known on ${platform}`;

/**
 * Watches the most memory that a process has had at once. It is read again and again, since it is
 * gone with the process; what grows after the last look is missed.
 */
export function watchPeakMemory(pid: number | undefined): { stop(): number | undefined } {
  let peak: number | undefined;
  const look = (): void => {
    peak = highWaterMark(pid) ?? peak;
  };
  const timer = setInterval(look, milliseconds);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

/** Bytes; undefined for a process that is gone, and on systems without /proc. */
function highWaterMark(pid: number | undefined): number | undefined {
  if (platform !== "linux" || pid === undefined) return undefined;
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
