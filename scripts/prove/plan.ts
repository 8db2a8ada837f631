import { MarqueeError } from "../../errors.ts";
import type { Outside } from "./outside.ts";
import type { Point } from "./report.ts";

/** Terraform finds nothing to do behind a run: loads leave the tables as they are declared. */
export async function emptyPlan(environment: string, plan: Outside["plan"]): Promise<Point> {
  const what = "A plan after the run is empty";
  try {
    const said = (await plan(environment)).split("\n").filter((line) => line.trim() !== "");
    const holds = said.at(-1)?.startsWith("nothing to do") === true;
    return { what, holds, facts: said.slice(-10) };
  } catch (error) {
    if (!(error instanceof MarqueeError)) throw error;
    // What is refused is a plan that would do something.
    const holds = error.message.includes("the plan is refused") ? false : undefined;
    return { what, holds, facts: [`npm run deploy -- --plan: ${error.line}`] };
  }
}
