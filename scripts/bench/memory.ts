import { platform } from "node:process";

import { highWaterMark } from "../../jobs/report/memory.ts";

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
    if (pid !== undefined) peak = highWaterMark(pid) ?? peak;
  };
  const timer = setInterval(look, milliseconds);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}
