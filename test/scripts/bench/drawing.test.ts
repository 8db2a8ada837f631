import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { drawing } from "../../../scripts/bench/drawing.ts";
import { drawGrowth } from "../../../scripts/bench/growth.ts";
import { drawnPoint } from "../../support/bench.ts";
import { failure } from "../../support/errors.ts";
import { withFolder } from "../../support/folder.ts";

const points = [
  drawnPoint(1e5, [2.8, 2.6e8], [0.23, 1.7e8]),
  drawnPoint(2.6e7, [66, 1.3e9], [21, 1.1e9]),
  drawnPoint(2.6e8, [760, 1.4e9]),
];

/** Filled circles are points; those of the legend stand below the panels. */
function circles(svg: string, colour: string): number {
  const paths = svg.match(/<path [^>]*>/g) ?? [];
  return paths.filter(
    (path) => path.includes("A1 1 0") && path.includes(`fill="${colour}"`) && !inLegend(path),
  ).length;
}

function inLegend(path: string): boolean {
  const [, y = "0"] = /transform="[^"]*[ ,]([\d.]+)\)"/.exec(path) ?? [];
  return Number(y) > 350;
}

/** Every tag is closed in its turn. */
function expectBalanced(svg: string): void {
  const open: string[] = [];
  for (const [tag, end, name] of svg.matchAll(/<(\/?)([a-zA-Z]+)[^>]*>/g)) {
    if (tag.endsWith("/>")) continue;
    if (end === "/") expect(open.pop()).to.equal(name);
    else open.push(name!);
  }
  expect(open).to.have.lengthOf(0);
}

describe("the drawing of the growth", () => {
  it("has a point for each figure, and none for what was not measured", () => {
    const svg = drawing(points, "light");
    expect(svg).to.match(/^<svg .*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expectBalanced(svg);
    expect(svg).not.to.match(/NaN|undefined|Infinity|null/);
    expect(circles(svg, "#0b62c4"), "seconds and memory of the pipeline").to.equal(6);
    expect(circles(svg, "#7d8590"), "seconds and memory of DuckDB alone").to.equal(4);
    for (const words of ["Seconds for a whole run", "million ratings", "DuckDB alone", "760"])
      expect(svg).to.include(`>${words}<`);
  });

  it("can do with a single size, and without any memory", () => {
    const svg = drawing([drawnPoint(1e6, [1, null])], "light");
    expectBalanced(svg);
    expect(svg).not.to.match(/NaN|undefined|Infinity|null/);
    expect(circles(svg, "#0b62c4")).to.equal(1);
  });

  it("is made again from the figures that were kept, once for each kind of page", async () => {
    await withFolder(async (folder) => {
      const { line } = await failure(drawGrowth(folder), "usage");
      expect(line).to.match(/growth\.json holds no figures to draw\. Measure some first/);

      await writeFile(path.join(folder, "growth.json"), JSON.stringify({ points }));
      await drawGrowth(folder);
      expect(await readdir(folder)).to.include.members(["growth.svg", "growth-dark.svg"]);
      const read = (name: string): Promise<string> => readFile(path.join(folder, name), "utf8");
      const [light, dark] = [await read("growth.svg"), await read("growth-dark.svg")];
      expect(circles(light, "#0b62c4")).to.equal(circles(dark, "#6cb2ff")).and.to.equal(6);
      await drawGrowth(folder);
      expect(await read("growth.svg"), "the same figures give the same bytes").to.equal(light);
    });
  });
});
