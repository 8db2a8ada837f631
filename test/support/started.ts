import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

import type { Place } from "./held-up.ts";
import { root } from "./program.ts";

/** How a program ended: by itself with a code, or by a signal. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A program that runs beside the test, in a process group of its own as from a terminal. */
export interface Started {
  processId: number;
  ended: Promise<Ending>;
  /** Waits until it has said something, so often, or has ended. */
  says: (text: string, times?: number) => Promise<void>;
  /** Whether it has not ended yet. */
  runs: () => boolean;
  /** To the process alone, as a supervisor does. */
  signal: (name: NodeJS.Signals) => void;
  /** To all processes of its group, as Ctrl-C does. */
  signalGroup: (name: NodeJS.Signals) => void;
}

export function start(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Started {
  const child = spawn(command, args, {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
  const ended = once(child, "close").then((values) => {
    const [code, signal] = values as [number | null, NodeJS.Signals | null];
    return { code, signal, ...said };
  });
  const processId = child.pid ?? 0;
  // One that a signal has ended has no exit code.
  const runs = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    processId,
    ended,
    says: async (text, times = 1) => {
      const isSaid = (): boolean => said.stdout.split(text).length > times;
      while (!isSaid() && runs()) await sleep(5);
      if (!isSaid()) throw new Error(`it has ended without a word of that: ${said.stderr}`);
    },
    runs,
    signal: (name) => {
      process.kill(processId, name);
    },
    signalGroup: (name) => {
      process.kill(-processId, name);
    },
  };
}

/** Where a run is held up, and how often. */
export interface Hold {
  place: Place;
  times?: number;
}

/** Starts the pipeline without npm around it. */
export function startPipeline(
  args: readonly string[],
  hold?: Hold,
  environment: Record<string, string> = {},
): Started {
  const preload = hold === undefined ? [] : ["--import", "./test/support/held-up.ts"];
  const command = ["--import", "tsx", ...preload, "jobs/pipeline.ts", ...args];
  const held = hold === undefined ? {} : { MARQUEE_HELD_UP: `${hold.place} ${hold.times ?? 1}` };
  return start(process.execPath, command, { ...held, ...environment });
}

/** Ends a whole group, if some of it is still there. */
export async function killGroup({ signalGroup, ended }: Started): Promise<void> {
  try {
    signalGroup("SIGKILL");
  } catch {
    // All of it has ended.
  }
  await ended;
}
