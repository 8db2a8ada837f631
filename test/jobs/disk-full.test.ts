import { fullDiskTests } from "../support/full-disk-tests.ts";

describe("a disk that fills up", function () {
  this.timeout(120_000);

  // The full suite in test/faults looks at more places.
  fullDiskTests([
    { part: 0.5, once: false },
    { part: 1, once: true },
  ]);
});
