import { expect } from "chai";

import { MarqueeError } from "../../../errors.ts";
import { emptyPlan } from "../../../scripts/prove/plan.ts";
import type { Point } from "../../../scripts/prove/report.ts";

const refused = (what: string): Promise<string> =>
  Promise.reject(new MarqueeError({ reason: "deployment", what }));

describe("the proof's plan behind a run", () => {
  const cases: [string, () => Promise<string>, Omit<Point, "what">][] = [
    [
      "holds where there is nothing to do",
      () => Promise.resolve("No changes.\n\nnothing to do: all is as declared\n"),
      { holds: true, facts: ["No changes.", "nothing to do: all is as declared"] },
    ],
    [
      "does not hold where something would change",
      () => Promise.resolve("marquee-dev-data: 0 made, 1 changed, 0 removed\n"),
      { holds: false, facts: ["marquee-dev-data: 0 made, 1 changed, 0 removed"] },
    ],
    [
      "does not hold where the plan is refused, since it would do something",
      () => refused("scripts/deploy.ts failed (exit code 1): the plan is refused: it would lose x"),
      {
        holds: false,
        facts: [
          "npm run deploy -- --plan: scripts/deploy.ts failed (exit code 1): the plan is refused: it would lose x",
        ],
      },
    ],
    [
      "is not tried where nobody can plan",
      () => refused("nobody is logged in to Google Cloud"),
      {
        holds: undefined,
        facts: ["npm run deploy -- --plan: nobody is logged in to Google Cloud"],
      },
    ],
  ];
  for (const [name, plan, expected] of cases) {
    it(name, async () => {
      const planned: string[] = [];
      const point = await emptyPlan("dev", (environment) => {
        planned.push(environment);
        return plan();
      });
      expect(point).to.deep.equal({ what: "A plan after the run is empty", ...expected });
      expect(planned).to.deep.equal(["dev"]);
    });
  }

  it("leaves a fault of Marquee what it is", async () => {
    const outcome = emptyPlan("dev", () => Promise.reject(new TypeError("oh")));
    expect(await outcome.catch(String)).to.equal("TypeError: oh");
  });
});
