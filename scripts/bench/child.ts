import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import path from "node:path";
import { execPath } from "node:process";

import { exitCodes, type ExitReason, MarqueeError } from "../../errors.ts";
import { watchPeakMemory } from "./memory.ts";

const root = path.join(import.meta.dirname, "..", "..");

type EndingSignal = keyof typeof constants.signals;

export interface ChildRun {
  stdout: string;
  /** From the start of the process to its end. */
  seconds: number;
  /** Undefined where the system does not tell. */
  peakMemoryBytes: number | undefined;
}

/**
 * Runs a program of the project in a process of its own, to its end.
 *
 * @param signal ends the process; its reason is thrown once the process is gone
 * @throws MarqueeError with the program's own last line, and its exit code as far as it is one of ours
 */
export async function runChild(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<ChildRun> {
  signal.throwIfAborted();
  const start = performance.now();
  const child = spawn(execPath, ["--import", "tsx", path.join(root, program), ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = (): void => {
    child.kill("SIGTERM");
  };
  signal.addEventListener("abort", end, { once: true });
  const peakMemory = watchPeakMemory(child.pid);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  try {
    const [code, endedBy] = (await once(child, "close")) as [number, null] | [null, EndingSignal];
    const seconds = (performance.now() - start) / 1000;
    signal.throwIfAborted();
    // As shells count: Ctrl-C reaches the child too, and may reach it first.
    const exitCode = endedBy === null ? code : 128 + constants.signals[endedBy];
    if (exitCode !== 0) throw failed(program, exitCode, lastWord(stdout, stderr));
    return { stdout, seconds, peakMemoryBytes: peakMemory.stop() };
  } finally {
    peakMemory.stop();
    signal.removeEventListener("abort", end);
  }
}

function failed(program: string, exitCode: number, said: string): MarqueeError {
  const known = Object.entries(exitCodes).find(([, code]) => code === exitCode);
  const reason = (known?.[0] ?? "internal") as ExitReason;
  return new MarqueeError({ reason, what: `${program} failed (exit code ${exitCode}): ${said}` });
}

/** What the program ended with: the error in its log of JSON lines on stdout, or else on stderr. */
function lastWord(stdout: string, stderr: string): string {
  const logged = /"level":50,.*"message":("(?:[^"\\]|\\.)*")/.exec(lastLine(stdout))?.[1];
  if (logged !== undefined) return JSON.parse(logged) as string;
  const lines = stderr.trim().split("\n");
  const error = lines.findLast((line) => /^\w*error: /i.test(line)) ?? lastLine(stderr);
  return error.replace(/^error: /, "") || "it did not say why";
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
