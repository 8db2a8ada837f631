import { execFileSync } from "node:child_process";

import { expect } from "chai";

import { root } from "../support/program.ts";

/** Packages whose code stands in memory once the pipeline is loaded, of those that are CommonJS. */
function loaded(more: string): string[] {
  const code = `
    await import("./jobs/pipeline.ts");
    ${more}
    const { createRequire } = await import("node:module");
    console.log(JSON.stringify(Object.keys(createRequire(process.cwd() + "/x.js").cache)));
  `;
  const args = ["--import", "tsx", "--input-type=module", "-e", code];
  const files = JSON.parse(
    execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" }),
  ) as string[];
  const packages = files.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
  return [...new Set(packages)].filter((name) => name !== undefined);
}

describe("a pipeline that starts", () => {
  it("loads the clients of Google Cloud only where it needs them", () => {
    const isCloud = (name: string): boolean => /^@google-cloud\/|^google-gax$/.test(name);
    expect(loaded("").filter(isCloud)).to.deep.equal([]);
    const there = loaded('await import("./jobs/cloud/open.ts");');
    expect(there).to.include.members(["@google-cloud/storage", "@google-cloud/bigquery"]);
  });
});
