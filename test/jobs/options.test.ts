import { expect } from "chai";

import { MarqueeError } from "../../errors.ts";
import { monthsIn } from "../../jobs/months.ts";
import { type Asked, readOptions } from "../../jobs/options.ts";

const steps = ["fetch", "prepare", "transform", "check", "publish"];
const read = (...words: string[]): Asked => readOptions(words, steps)!;

function refusal(...words: string[]): string {
  try {
    read(...words);
  } catch (error) {
    expect(error).to.be.instanceOf(MarqueeError).and.have.property("reason", "usage");
    return (error as MarqueeError).line;
  }
  throw new Error(`${words.join(" ")} was not refused`);
}

describe("the options of a run", () => {
  it("name whole months, both ends included", () => {
    expect(read("--months", "2015-11..2016-02").months).to.deep.equal({
      from: "2015-11",
      to: "2016-02",
    });
    expect(monthsIn({ from: "2015-11", to: "2016-02" })).to.deep.equal([
      "2015-11",
      "2015-12",
      "2016-01",
      "2016-02",
    ]);
    expect(monthsIn({ from: "2015-01", to: "2015-01" })).to.deep.equal(["2015-01"]);
    for (const text of ["2015-13..x", "2015-00..2015-01", "2015-1..2015-2", "2015-01", "", ".."]) {
      expect(refusal(`--months=${text}`), text).to.include("is not FROM..TO");
    }
    expect(refusal("--months", "2015-03..2015-01")).to.include("ends before it begins");
  });

  it("name the instant of a delivery, which must have come", () => {
    const instant = (text: string): string | undefined =>
      read("--merge", "--delivered", text).delivered?.toISOString();
    expect(instant("2024-01-31")).to.equal("2024-01-31T00:00:00.000Z");
    expect(instant("2024-01-31T12:30Z")).to.equal("2024-01-31T12:30:00.000Z");
    expect(read().delivered).to.equal(undefined);
    for (const text of ["2024-02-30", "31.1.2024", "yesterday", "2024-01-31 12:00", "2024", ""]) {
      expect(refusal(`--delivered=${text}`), text).to.include("is no day like 2024-01-31");
    }
    expect(refusal("--delivered", "2999-01-01")).to.include("has not come yet");
  });

  it("go on from a step, or run some alone, but not both", () => {
    expect(read("--from", "check").only).to.deep.equal(["check", "publish"]);
    expect(read("--from", "fetch", "--source", "x").only).to.deep.equal(steps);
    expect(refusal("--from", "prepare")).to.include("name them with --source");
    expect(read("--only", "publish,check").only).to.deep.equal(["check", "publish"]);
    expect(refusal("--from", "load")).to.include('--from: there is no step "load"');
    expect(refusal("--from", "check", "--only", "check")).to.include("give one of them");
  });

  it("are refused where no step would read them", () => {
    for (const words of [
      ["--source", "sample"],
      ["--merge"],
      ["--small"],
      ["--delivered", "2024-01-31"],
      ["--months", "2015-01..2015-02"],
    ]) {
      expect(refusal("--from", "transform", ...words), words[0]).to.include(words[0]!);
    }
    expect(refusal("--only", "fetch", "--merge")).to.include("--merge");
    expect(read("--only", "fetch", "--source", "kaggle").sources).to.deep.equal(["kaggle"]);
  });
});
