import { exitCodes } from "../../errors.ts";
import type { Cloud } from "../../jobs/cloud/cloud.ts";

/** One thing that is to hold. */
export interface Point {
  what: string;
  /** Undefined where it could not be tried. */
  holds: boolean | undefined;
  /** What was seen, a line each, or why it was not tried. */
  facts: readonly string[];
}

/** A point in one line. */
export function titleOf({ what, holds }: Point): string {
  const word = holds === undefined ? "not tried" : holds ? "holds    " : "DOES NOT HOLD";
  return `${word} ${what}`;
}

/** What the points come to, in one line, and what the process exits with for it. */
export function verdictOf(points: readonly Point[]): { verdict: string; exitCode: number } {
  const count = (holds: boolean | undefined): number =>
    points.filter((point) => point.holds === holds).length;
  const [held, broken, untried] = [count(true), count(false), count(undefined)];
  const counted = `${held} points hold, ${broken} do not, ${untried} were not tried`;
  if (broken > 0) return { verdict: `DISPROVED: ${counted}.`, exitCode: exitCodes.check };
  if (held === 0 || untried > 0) {
    return { verdict: `INCOMPLETE, proves nothing yet: ${counted}.`, exitCode: exitCodes.cloud };
  }
  return { verdict: `PROVED: all ${held} points hold.`, exitCode: exitCodes.success };
}

/** The report of a proof, as Markdown. */
export function reportOf(
  { settings: { environment, project, region } }: Cloud,
  at: Date,
  points: readonly Point[],
): string {
  const lines = [
    `# Proof of ${environment}, ${at.toISOString().slice(0, 16).replace("T", " ")} UTC`,
    "",
    verdictOf(points).verdict,
    "",
    `Project ${project.id}, region ${region}.`,
  ];
  for (const point of points) {
    const mark = point.holds === undefined ? "not tried" : point.holds ? "holds" : "does not hold";
    lines.push("", `## ${point.what}: ${mark}`, "", ...point.facts.map((fact) => `- ${fact}`));
  }
  return `${lines.join("\n")}\n`;
}
