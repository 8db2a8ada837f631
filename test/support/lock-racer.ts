import { claimLake } from "../../jobs/lake/lock.ts";
import { MarqueeError } from "../../errors.ts";

/** What a racer is told: which lake to claim, and when, so that all of them do it at once. */
export interface Start {
  lake: string;
  at: number;
}

/** What it answers: what it found in the lake's lock, or who was faster. */
export type Finish = { won: true; left: string | null } | { won: false; why: string };

/** Started by the lock's test, many times over: claims each lake that it is told of, and keeps it. */
process.on("message", ({ lake, at }: Start) => {
  void race(lake, at).then((finish) => process.send?.(finish));
});

async function race(lake: string, at: number): Promise<Finish> {
  while (Date.now() < at);
  const run = { runId: `racer-${process.pid}`, startedAt: new Date().toISOString(), sources: [] };
  try {
    return { won: true, left: (await claimLake(lake, run))?.runId ?? null };
  } catch (error) {
    if (error instanceof MarqueeError) return { won: false, why: error.line };
    throw error;
  }
}
