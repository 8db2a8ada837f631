import { cp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import type { Options } from "../../jobs/options.ts";
import { failure } from "../support/errors.ts";
import { withFolder } from "../support/folder.ts";
import { runLocally } from "../support/pipeline.ts";
import { tinySource } from "../support/tiny-source.ts";

const ways: Record<string, (bytes: Buffer) => Buffer> = {
  "cut in half": (bytes) => bytes.subarray(0, bytes.length / 2),
  "all but gone": (bytes) => bytes.subarray(0, 5),
  "written over": (bytes) => Buffer.from(bytes).fill(0x5a, 8, 60),
};
const models = { only: ["transform", "check", "publish"] };
const merge = { merge: true };
const files: [string, Partial<Options>, string][] = [
  ["staging/ratings/part-00000.parquet", models, "without --merge, --only and --from"],
  ["staging/ratings/part-00000.parquet", merge, "without --merge, --only and --from"],
  ["kept/keywords/part-00000.parquet", merge, "without --merge, --only and --from"],
  ["warehouse.duckdb", merge, "without --merge, --only and --from"],
  ["ops/runs/part-00000.parquet", {}, "Take it away and run again"],
];

describe("a lake that was damaged by hand", function () {
  this.timeout(300_000);

  it("is told by the file that is damaged and the way out, which works", async () => {
    await withFolder(async (folder) => {
      const sources = [await tinySource(path.join(folder, "in"))];
      const whole = path.join(folder, "whole");
      await runLocally({ sources, lake: whole });
      for (const [file, options, next] of files) {
        const lake = path.join(folder, "lake");
        for (const [way, spoil] of Object.entries(ways)) {
          await rm(lake, { recursive: true, force: true });
          await cp(whole, lake, { recursive: true, verbatimSymlinks: true });
          const place = path.join(lake, "current", file);
          await writeFile(place, spoil(await readFile(place)));
          const given = options.only === undefined ? { sources } : { sources: ["sample"] };
          const error = await failure(runLocally({ ...given, lake, ...options }), "lake");
          const name = file.split("/").slice(-2).join("/");
          expect(error.line, `${file} ${way}`).to.include(`${name} is damaged`).and.include(next);
        }
        if (file.startsWith("ops/")) await rm(path.join(lake, "current", file));
        await runLocally({ sources, lake });
      }
    });
  });
});
