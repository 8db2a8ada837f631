import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { MarqueeError } from "../../errors.ts";
import type { Log } from "../report/log.ts";

const sampleProgram = fileURLToPath(new URL("../../scripts/sample.ts", import.meta.url));

/**
 * A program for people makes the sample; here it is started as its own process.
 *
 * @throws MarqueeError (lake) where the files cannot be written
 */
export async function makeSample(folder: string, log: Log): Promise<void> {
  log.info(`Making synthetic data in ${folder}`, { step: "fetch", folder });
  const child = fork(sampleProgram, ["--to", folder], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  // A run that is stopped does not wait for it.
  const endWithRun = (): boolean => child.kill();
  process.once("exit", endWithRun);
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code] = (await once(child, "close")) as [number | null];
  process.off("exit", endWithRun);
  if (code === 0) return;
  throw new MarqueeError({
    reason: "lake",
    what: `the sample could not be made: ${said.trim().split("\n").at(-1) ?? "no reason was given"}`,
  });
}
