import { SingleBar } from "cli-progress";

/** Told again and again how many bytes have come, of how many, where that is known. */
export type TransferProgress = (bytes: number, total?: number) => void;

interface Clock {
  start: number;
  /** Bytes at the first word of progress. */
  base: number | undefined;
}

type Work<T> = (progress: TransferProgress) => Promise<T>;

/** Where nobody looks on, a line now and then says that something goes on. */
const secondsBetweenLines = 10;

/** A bar with bytes, rate and time left, for a terminal. */
export async function drawnTransfer<T>(label: string, work: Work<T>): Promise<T> {
  const bar = new SingleBar({
    format: `${label} {bar} {bytes} of {all}, {rate}, {left} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
  });
  const clock: Clock = { start: performance.now(), base: undefined };
  bar.start(1, 0, { bytes: inUnits(0), all: "?", rate: "", left: "?" });
  try {
    return await work((bytes, total) => {
      const { rate, left } = pace(bytes, total, clock);
      bar.setTotal(total ?? bytes * 2 + 1);
      bar.update(bytes, {
        bytes: inUnits(bytes),
        all: total === undefined ? "?" : inUnits(total),
        rate,
        left,
      });
    });
  } finally {
    bar.stop();
  }
}

/** Plain lines, for a log. */
export async function toldTransfer<T>(
  label: string,
  work: Work<T>,
  tell: (message: string, fields: object) => void,
): Promise<T> {
  const clock: Clock = { start: performance.now(), base: undefined };
  let last = clock.start;
  return work((bytes, total) => {
    const isDue = performance.now() - last > secondsBetweenLines * 1000;
    if (!isDue) return;
    last = performance.now();
    const { rate, left } = pace(bytes, total, clock);
    const of = total === undefined ? "" : ` of ${inUnits(total)}`;
    const until = total === undefined ? "" : `, ${left} left`;
    tell(`${label}: ${inUnits(bytes)}${of}, ${rate}${until}`, { bytes, total });
  });
}

/** What had come before, in an earlier run, says nothing about how fast it goes now. */
function pace(
  bytes: number,
  total: number | undefined,
  clock: Clock,
): { rate: string; left: string } {
  clock.base ??= bytes;
  const seconds = (performance.now() - clock.start) / 1000;
  const perSecond = (bytes - clock.base) / Math.max(seconds, 0.001);
  const left = total === undefined ? undefined : (total - bytes) / Math.max(perSecond, 1);
  return {
    rate: `${inUnits(perSecond)}/s`,
    left: left === undefined ? "?" : `${left.toFixed(0)} s`,
  };
}

/** Bytes as people read them: 978 kB, 239.0 MB. */
export function inUnits(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
