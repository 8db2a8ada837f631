import { expect } from "chai";

import { MarqueeError } from "../../../errors.ts";
import { readOptions } from "../../../scripts/bench/options.ts";
import { median, spreadOf } from "../../../scripts/bench/statistics.ts";

describe("the options of the bench", () => {
  const one = { kind: "one", ratings: 26_024_289, times: 3, keep: undefined, json: undefined };

  it("have the real size as their default, and take plain numbers and powers of ten", () => {
    expect(readOptions([])).to.deep.equal({ ...one, record: false });
    expect(readOptions(["--ratings", "2.6e7", "--times", "5", "--record"])).to.deep.equal({
      ...one,
      ratings: 26_000_000,
      times: 5,
      record: true,
    });
    expect(readOptions(["--rows", "1e6, 1e5,100000,2.6E8"])).to.deep.equal({
      kind: "growth",
      sizes: [100_000, 1_000_000, 260_000_000],
      times: 1,
      json: undefined,
    });
    expect(readOptions(["--engine", "spark", "--ratings", "1e6"])).to.deep.equal({
      ...one,
      kind: "engines",
      ratings: 1_000_000,
      record: false,
    });
    expect(readOptions(["--draw"])).to.deep.equal({ kind: "draw" });
  });

  const refused: [string[], RegExp][] = [
    [["--ratings", "many"], /"many" is not a whole number from 500 to 1000000000/],
    [["--ratings", "1e2"], /"1e2" is not a whole number/],
    [["--ratings", "1.5e0"], /"1\.5e0" is not a whole number/],
    [["--ratings", "-1e5"], /is not a whole number|argument missing/],
    [["--ratings", "0x1000"], /is not a whole number/],
    [["--ratings", "1e10"], /is not a whole number/],
    [["--rows", "1e5,,1e6"], /"" is not a whole number/],
    [["--rows", "1e5,x"], /"x" is not a whole number/],
    [["--times", "0"], /not a whole number from 1 to 99/],
    [["--times", "2.5"], /not a whole number from 1 to 99/],
    [["--keep", " "], /--keep needs a name/],
    [["--json", ""], /--json needs a name/],
    [["--rows", "1e5", "--ratings", "1e5"], /cannot be used with option '--ratings/],
    [["--rows", "1e5", "--keep", "x"], /cannot be used with option '--keep/],
    [["--engine", "duckdb"], /Allowed choices are spark/],
    [["--engine", "spark", "--rows", "1e5"], /cannot be used with option '--rows/],
    [["--draw", "--times", "2"], /cannot be used with option '--times/],
    [["--draw", "--record"], /cannot be used with option '--record/],
    [["surplus"], /too many arguments/],
  ];
  for (const [words, message] of refused) {
    it(`refuse ${words.join(" ")} in one line`, () => {
      expect(() => readOptions(words))
        .to.throw(MarqueeError, message)
        .with.property("reason", "usage");
    });
  }
});

describe("the median", () => {
  it("is the value in the middle, or between the two in the middle, in whatever order", () => {
    expect(median([7])).to.equal(7);
    expect(median([30, 4, 200])).to.equal(30);
    expect(median([10, 9, 100, 1])).to.equal(9.5);
    expect(() => median([])).to.throw("nothing was measured");
    expect(spreadOf([10, 9, 100])).to.deep.equal({ median: 10, min: 9, max: 100 });
  });
});
