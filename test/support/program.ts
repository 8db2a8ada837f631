import { execFile, type ExecFileOptions } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

/** The project's own folder, where a person starts its programs. */
export const root = path.join(import.meta.dirname, "..", "..");

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program of the project as a person would. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ExecFileOptions = {},
): Promise<Outcome> {
  const command = ["--import", "tsx", path.join(root, file), ...args];
  try {
    const ran = await promisify(execFile)(process.execPath, command, { cwd: root, ...options });
    return { code: 0, stdout: String(ran.stdout), stderr: String(ran.stderr) };
  } catch (error) {
    const { code, stdout, stderr } = error as Outcome;
    return { code, stdout, stderr };
  }
}
