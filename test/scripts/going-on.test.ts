import path from "node:path";

import { expect } from "chai";

import { commandOf, commandToGoOn as goingOn, usualOptions } from "../../jobs/options.ts";
import { planCleaning } from "../../scripts/clean/plan.ts";
import { commandToGoOn } from "../../scripts/lake/going-on.ts";
import { markWorkingCopy } from "../../jobs/cloud/working-copy.ts";
import { withFolder } from "../support/folder.ts";
import { failure } from "../support/errors.ts";
import { runLocally } from "../support/pipeline.ts";
import { tinySource } from "../support/tiny-source.ts";

const places = {
  "on this machine": {},
  "with Spark": { engine: "spark" },
  "on Google Cloud": { target: "gcp", environment: "prod", engine: "spark" },
  "on Google Cloud without Spark": { target: "hybrid", environment: "dev" },
  "in the usual environment": { target: "gcp", engine: "spark" },
} as const;

describe("the command that goes on with a run", () => {
  for (const [name, where] of Object.entries(places)) {
    it(`goes on where it ran: ${name}`, () => {
      const options = { ...usualOptions, sources: ["kaggle"], lake: "my lake", only: [], ...where };
      const told = commandToGoOn("check", "my lake", commandOf(options));
      expect(told).to.equal(goingOn(options, "check"));
    });
  }

  it("is left to the runs where a bucket's working copy is cleaned, whose mark is its own", async () => {
    await withFolder(async (folder) => {
      const lake = path.join(folder, "lake");
      await runLocally({ sources: [await tinySource(path.join(folder, "good"))], lake });
      const bad = { "CUSR0000SS62031.csv": "DATE,CUSR0000SS62031\n2000-01-01,-5\n" };
      const source = await tinySource(path.join(folder, "bad"), bad);
      await failure(runLocally({ sources: [source], lake }), "check");
      await markWorkingCopy(lake, "films-lake");
      const { leftovers, strangers } = await planCleaning(lake, []);
      expect(leftovers.find(({ name }) => name === "work/")?.note).to.equal(
        `a run can still go on from work/: npm run runs -- --lake ${lake}`,
      );
      expect(strangers).to.deep.equal([]);
    });
  });
});
