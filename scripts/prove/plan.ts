import { MarqueeError } from "../../errors.ts";
import { runChild } from "../bench/child.ts";
import type { Point } from "./report.ts";

/** Terraform finds nothing to do behind a run: loads leave the tables as they are declared. */
export async function emptyPlan(environment: string): Promise<Point> {
  const what = "A plan after the run is empty";
  try {
    const args = ["--env", environment, "--plan"];
    const { stdout } = await runChild("scripts/deploy.ts", args, new AbortController().signal);
    const said = stdout.trim().split("\n");
    const holds = said.at(-1)?.startsWith("nothing to do") === true;
    return { what, holds, facts: said.slice(-10) };
  } catch (error) {
    if (!(error instanceof MarqueeError)) throw error;
    return { what, holds: undefined, facts: [`npm run deploy -- --plan: ${error.line}`] };
  }
}
