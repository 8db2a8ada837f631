import path from "node:path";

import { expect } from "chai";

import { MarqueeError } from "../../../errors.ts";
import { type Options, readOptions, usualOptions } from "../../../jobs/options.ts";
import { steps } from "../../../jobs/pipeline.ts";
import { offeringToGoOn } from "../../../jobs/report/failed-run.ts";
import { failure } from "../../support/errors.ts";
import { withFolder } from "../../support/folder.ts";
import { runLocally } from "../../support/pipeline.ts";
import { tinySource } from "../../support/tiny-source.ts";

const names = steps.map(({ name }) => name);
const there: Options = {
  ...usualOptions,
  ...{ sources: ["kaggle"], lake: "data-dev", only: names },
  ...{ target: "gcp", environment: "dev", engine: "spark" },
};
const gone = new MarqueeError({
  reason: "cloud",
  what: "the cluster is not there",
  next: "Make it with npm run deploy",
});
const nextOf = (error: unknown): string => (error as MarqueeError).next ?? "";

describe("a run that failed for want of Google Cloud", () => {
  it("says in its one line how to go on with what it has prepared", async () => {
    const transform = steps.find(({ name }) => name === "transform")!;
    const asItWas = { ...transform };
    transform.run = () => Promise.reject(gone);
    try {
      await withFolder(async (folder) => {
        const source = await tinySource(path.join(folder, "in"));
        const lake = path.join(folder, "lake");
        const { line } = await failure(runLocally({ sources: [source], lake }), "cloud");
        const command = `npm run pipeline -- --from transform --lake ${lake}`;
        expect(line).to.equal(
          `the cluster is not there. Make it with npm run deploy. What is done by then stands: go on with ${command}`,
        );
        Object.assign(transform, asItWas);
        const { only } = readOptions(["--from", "transform"], names)!;
        const { record } = await runLocally({ sources: ["sample"], lake, only });
        expect(record.published).to.equal(true);
        expect(record.sources).to.deep.equal([source]);
      });
    } finally {
      Object.assign(transform, asItWas);
    }
  });

  it("names the step that failed, and where the run takes place", () => {
    for (const step of ["transform", "check", "publish"]) {
      expect(nextOf(offeringToGoOn(gone, step, there))).to.match(
        new RegExp(`npm run pipeline -- --from ${step} --lake data-dev --target gcp --env dev$`),
      );
    }
  });

  it("promises nothing where there is nothing to go on with, or something else to do", () => {
    const told = (error: unknown, step: string | undefined, options = there): void => {
      expect(offeringToGoOn(error, step, options)).to.equal(error);
    };
    told(gone, undefined);
    told(gone, "prepare");
    told(gone, "transform", { ...there, only: ["transform"] });
    told(new MarqueeError({ reason: "check", what: "2 checks failed" }), "check");
    const next = "Make the tables again: run the pipeline without --only and --from";
    told(new MarqueeError({ reason: "cloud", what: "no Parquet files", next }), "transform");
    told(new Error("out of the blue"), "transform");
  });
});
