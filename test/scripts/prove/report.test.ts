import { expect } from "chai";

import { cloudOf } from "../../../jobs/cloud/cloud.ts";
import { type Point, reportOf, verdictOf } from "../../../scripts/prove/report.ts";
import { runProgram } from "../../support/program.ts";
import { devWith } from "../../support/stacks.ts";

const point = (holds: boolean | undefined): Point => ({ what: "it", holds, facts: ["seen"] });
const [good, bad, untried] = [point(true), point(false), point(undefined)];

describe("the verdict of a proof", () => {
  const cases: [string, Point[], string, number][] = [
    ["proved where all points hold", [good, good], "PROVED: all 2 points hold.", 0],
    [
      "incomplete where one was not tried",
      [good, good, untried],
      "INCOMPLETE, proves nothing yet: 2 points hold, 0 do not, 1 were not tried.",
      8,
    ],
    [
      "disproved where one does not hold, whatever was not tried",
      [good, bad, untried],
      "DISPROVED: 1 points hold, 1 do not, 1 were not tried.",
      5,
    ],
    [
      "incomplete where nobody looked at anything",
      [],
      "INCOMPLETE, proves nothing yet: 0 points hold, 0 do not, 0 were not tried.",
      8,
    ],
  ];
  for (const [name, points, verdict, exitCode] of cases) {
    it(`is ${name}, in the report and in the exit code`, async () => {
      expect(verdictOf(points)).to.deep.equal({ verdict, exitCode });
      const report = reportOf(cloudOf(await devWith()), new Date("2026-11-21T12:00:00Z"), points);
      expect(report.split("\n").slice(0, 3)).to.deep.equal([
        "# Proof of dev, 2026-11-21 12:00 UTC",
        "",
        verdict,
      ]);
    });
  }

  it("is explained by the help", async () => {
    const { stdout } = await runProgram("scripts/prove.ts", ["--help"]);
    expect(stdout).to.match(
      /0 where all points hold, with 5 where one does not, with 8 where some/,
    );
  });
});
