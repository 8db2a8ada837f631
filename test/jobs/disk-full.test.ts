import { fullDiskTests } from "../support/full-disk-tests.ts";

describe("a disk that fills up", () => {
  // The full suite in test/faults looks at more places.
  fullDiskTests([
    { part: 0.5, once: false },
    { part: 1, once: true },
  ]);
});
