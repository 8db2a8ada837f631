import { fullDiskTests } from "../support/full-disk-tests.ts";

describe("a disk that fills up, at more places", function () {
  this.timeout(300_000);

  fullDiskTests([
    { part: 0.25, once: true },
    { part: 1, once: false },
  ]);
});
