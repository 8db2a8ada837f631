import { execFile } from "node:child_process";

import { MarqueeError } from "../../errors.ts";

/** A program of the Google Cloud CLI and its words. BigQuery's service agent is known to bq alone. */
export type Command = readonly [program: "gcloud" | "bq", ...words: string[]];

export interface Outcome {
  /** 0 where it did what it should. */
  code: number;
  stdout: string;
  stderr: string;
}

const mostBytes = 64 * 1024 * 1024;

/**
 * Runs a command without a shell, and without a question to anybody.
 *
 * @param env finds the program by its PATH
 * @throws MarqueeError (deployment) where there is no such program
 */
export async function runCommand(command: Command, env: NodeJS.ProcessEnv): Promise<Outcome> {
  const [program, ...words] = command;
  const options = {
    env: { ...env, CLOUDSDK_CORE_DISABLE_PROMPTS: "1" },
    maxBuffer: mostBytes,
  };
  return new Promise((resolve, reject) => {
    const child = execFile(program, words, options, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (error.code === "ENOENT") reject(missing(program, error));
      else if (typeof error.code === "number") resolve({ code: error.code, stdout, stderr });
      else resolve({ code: 1, stdout, stderr: stderr === "" ? error.message : stderr });
    });
    child.stdin?.end();
  });
}

function missing(program: string, cause: unknown): MarqueeError {
  return new MarqueeError({
    reason: "deployment",
    what: `there is no ${program} on the PATH`,
    next: "Install the Google Cloud CLI (https://cloud.google.com/sdk/docs/install), then gcloud auth login",
    cause,
  });
}

/** Whether gcloud says that a thing is not there, or cannot be since its API is off. */
export function isAbsent({ stderr }: Outcome): boolean {
  return /not[ _]found|(does|may) not exist|\b404\b/i.test(stderr) || isApiOff({ stderr });
}

export function isApiOff({ stderr }: Pick<Outcome, "stderr">): boolean {
  return /SERVICE_DISABLED|has not been used in project/.test(stderr);
}

/** What was just made or enabled is not known everywhere at once. */
export function isTooEarly(outcome: Outcome): boolean {
  return /does not exist/.test(outcome.stderr) || isApiOff(outcome);
}

/** What gcloud says went wrong: its last error and what stands below it, or its last lines; bq says it on stdout. */
export function complaintOf({ stderr, stdout, code }: Outcome): string {
  const lines = (stderr.trim() === "" ? stdout : stderr)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const error = lines.findLastIndex((line) => line.startsWith("ERROR:"));
  const said = error === -1 ? lines.slice(-3) : lines.slice(error, error + 4);
  const text = said.join(" ").replace(/\.$/, "");
  return text === "" ? `it ended with code ${code} and said nothing` : text.slice(0, 600);
}
