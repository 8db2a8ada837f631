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

/** The report of a proof, as Markdown. */
export function reportOf(
  { settings: { environment, project, region } }: Cloud,
  at: Date,
  points: readonly Point[],
): string {
  const count = (holds: boolean | undefined): number =>
    points.filter((point) => point.holds === holds).length;
  const lines = [
    `# Proof of ${environment}, ${at.toISOString().slice(0, 16).replace("T", " ")} UTC`,
    "",
    `Project ${project.id}, region ${region}. ${count(true)} points hold, ${count(false)} do not, ${count(undefined)} were not tried.`,
  ];
  for (const point of points) {
    const mark = point.holds === undefined ? "not tried" : point.holds ? "holds" : "does not hold";
    lines.push("", `## ${point.what}: ${mark}`, "", ...point.facts.map((fact) => `- ${fact}`));
  }
  return `${lines.join("\n")}\n`;
}
