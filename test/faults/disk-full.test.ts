import { fullDiskTests } from "../support/full-disk-tests.ts";

describe("a disk that fills up, at more places", () => {
  fullDiskTests([
    { part: 0.25, once: true },
    { part: 1, once: false },
  ]);
});
