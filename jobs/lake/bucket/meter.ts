import type { TransferProgress } from "../../report/transfer.ts";

/**
 * Adds up what is done of some files.
 *
 * @returns what is told of bytes that are done, and tells the progress of all
 */
export function meterOf(
  files: readonly { bytes: number }[],
  progress: TransferProgress,
): (bytes: number) => void {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  progress(done, total);
  return (bytes) => {
    done += bytes;
    progress(done, total);
  };
}
