import type { TransferProgress } from "../../report/transfer.ts";

/** Told of bytes as they go or come, and of those that need not. */
export interface Meter {
  moved: (bytes: number) => void;
  spared: (bytes: number) => void;
}

/** Adds up what is done of some files, and tells the progress of all. */
export function meterOf(files: readonly { bytes: number }[], progress: TransferProgress): Meter {
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  progress(done, total);
  return {
    moved: (bytes) => {
      done += bytes;
      progress(done, total);
    },
    // They say nothing of how long the rest takes.
    spared: (bytes) => {
      total -= bytes;
      progress(done, total);
    },
  };
}
