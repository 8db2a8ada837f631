import { chmod, mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import type { MarqueeError } from "../../../../errors.ts";
import type { Manifest } from "../../../../jobs/engine/spark/manifest.ts";
import { submit } from "../../../../jobs/engine/spark/submit.ts";
import { failure } from "../../../support/errors.ts";
import { withFolder } from "../../../support/folder.ts";

const noMemory = 'echo "java.lang.OutOfMemoryError: Java heap space" >&2';

/** How Spark's work ends whose spark-submit is a script of the shell, told as $report where to report. */
async function endOf(script: string): Promise<MarqueeError> {
  return withFolder(async (folder) => {
    const report = path.join(folder, "report.json");
    const program = path.join(folder, "bin", "spark-submit");
    await mkdir(path.dirname(program));
    await writeFile(program, `#!/bin/sh\nreport='${report}'\n${script}\n`);
    await chmod(program, 0o755);
    const model = { id: "core.dates", select: "", columns: [], order: [], files: 1, folder };
    const asked: Manifest = { inputs: [], models: [model], checks: [], report };
    const circumstances = { folder, stop: undefined, begins: () => undefined };
    const installation = { home: folder, python: "", java: "" };
    return failure(submit(installation, [asked], circumstances), "lake");
  });
}

describe("Spark that ends before its time", () => {
  it("is told with what it made when memory ran out, whether or not it could report", async () => {
    const expected = /^Spark's \w+ of memory were not enough for core\.dates\. /;
    const gone = await endOf(`echo "begins core.dates"; ${noMemory}; exit 52`);
    expect(gone.line).to.match(expected);
    for (const [kind, name] of [
      ["model", "core.dates"],
      ["driver", "ConnectionRefusedError"],
    ]) {
      const said = JSON.stringify({ failure: { kind, name, sql: "", message: "gone" } });
      const reported = `echo "begins core.dates"; echo '${said}' > "$report"; ${noMemory}; exit 1`;
      expect((await endOf(reported)).line, kind).to.match(expected);
    }
  });

  it("names no check, since several are asked at once", async () => {
    const { line } = await endOf(
      `echo "begins core.dates"; echo "begins core.dates rows"; ${noMemory}; exit 52`,
    );
    expect(line).to.match(/^Spark's \w+ of memory were not enough for its work\. /);
  });

  it("is told as killed by the system, with what it made", async () => {
    const { line } = await endOf('echo "begins core.dates"; kill -9 $$');
    expect(line).to.match(/not enough for core\.dates: the system has killed it\. /);
  });

  it("leaves nothing at work behind it", () =>
    withFolder(async (folder) => {
      const left = path.join(folder, "left");
      const goesOn = `for i in $(seq 300); do echo $i >> '${left}'; sleep 0.1; done`;
      const isThere = `while [ ! -s '${left}' ]; do sleep 0.05; done`;
      await endOf(`(${goesOn}) > /dev/null 2>&1 &\n${isThere}\n${noMemory}; exit 52`);
      // The signal was sent, and may take a while to come.
      await sleep(500);
      const { size } = await stat(left);
      await sleep(1000);
      expect((await stat(left)).size).to.equal(size);
    }));

  it("is told with its last words where nothing else is known", async () => {
    const { line } = await endOf('echo "begins core.dates"; echo "no java here" >&2; exit 1');
    expect(line).to.match(/^Spark ended without a report: no java here\. Its log is /);
  });
});
