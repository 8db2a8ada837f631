import { readFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { estimate } from "../../scripts/cost/estimate.ts";
import { readPrices } from "../../scripts/cost/prices.ts";
import { resourcesOf } from "../../scripts/cost/resources.ts";
import { readSettings } from "../../settings/read-settings.ts";
import { namesOf } from "../../settings/names.ts";
import { catalog } from "../support/catalog.ts";
import { root } from "../support/program.ts";

const readme = await readFile(path.join(root, "README.md"), "utf8");
const part = /## On Google Cloud\n([\s\S]*?)\n## /.exec(readme)?.[1]?.replace(/\s+/g, " ") ?? "";

describe("the README on Google Cloud", () => {
  it("names every stack", async () => {
    for (const stack of Object.keys(namesOf(await readSettings("prod")).stacks)) {
      expect(part).to.include(`| \`${stack}\` `);
    }
  });

  it("says what it costs as npm run cost calculates it", async () => {
    const [dev, prod] = await Promise.all(
      ["dev", "prod"].map(async (environment) => {
        const settings = await readSettings(environment);
        const resources = resourcesOf(settings, await catalog());
        const { atRest, total } = estimate(settings, resources, await readPrices());
        return { atRest: atRest.toFixed(2), total: total.toFixed(2) };
      }),
    );
    expect(part).to.include(`${dev!.atRest} USD a month for dev and ${prod!.atRest} for prod`);
    expect(part).to.include(`to ${dev!.total} and ${prod!.total}`);
  });
});
