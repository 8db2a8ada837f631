import { setTimeout as sleep } from "node:timers/promises";

import type { Job, JobMetadata } from "@google-cloud/bigquery";

import { messageOf } from "../../../errors.ts";
import { faultKind } from "../../cloud/faults.ts";
import { within } from "../../cloud/within.ts";
import { noAnswer } from "./answers.ts";
import type { Connection } from "./client.ts";

/** What came of ending a job. */
export interface Ending {
  id: string;
  /** As the last look told that succeeded; undefined where none did. */
  state: string | undefined;
  /** What the cancel was refused with, if it was. */
  refused: unknown;
  /** What the last look failed with, if it did. */
  unseen: unknown;
}

/** A job that a run waits for no longer, for a reason that is the cause. */
export class GivenUp extends Error {
  readonly ending: Ending;

  constructor(cause: unknown, ending: Ending) {
    super(messageOf(cause), { cause });
    this.ending = ending;
  }
}

/** Cancels a job and looks until it has ended: no longer than a person waits who stops the run. */
export async function endJob(connection: Connection, id: string): Promise<Ending> {
  const { ender, patience } = connection;
  const { cancelMilliseconds, pollMilliseconds } = patience;
  const none = noAnswer(cancelMilliseconds);
  const ending: Ending = { id, state: undefined, refused: none, unseen: none };
  const job = ender.job(id);
  let isLate = false;
  const cancelAndLook = async (): Promise<void> => {
    while (!isLate) {
      // It may have ended by itself meanwhile; whether it has is what the next look tells.
      if (ending.refused !== undefined) ending.refused = await failureOf(job.cancel());
      ending.unseen = await failureOf(look());
      const mayPass = ["unavailable", "quota"].includes(faultKind(ending.unseen));
      if (ending.unseen === undefined ? !isAtWork(ending.state) : !mayPass) return;
      await sleep(pollMilliseconds);
    }
  };
  const look = async (): Promise<void> => {
    ending.state = await stateOf(job);
  };
  await within(cancelMilliseconds, cancelAndLook(), () => none).catch(() => {
    isLate = true;
  });
  // What is under way yet may come to something else.
  return { ...ending };
}

/**
 * The state of a job as Google has it, or "missing" where there is no such job, "hidden" where somebody
 * else's account began it.
 */
export async function stateOf(job: Job): Promise<string> {
  try {
    const answer = await job.getMetadata();
    return (answer[0] as JobMetadata).status?.state ?? "PENDING";
  } catch (error) {
    const kind = faultKind(error);
    if (kind === "missing") return "missing";
    if (kind === "forbidden") return "hidden";
    throw error;
  }
}

/** Whether somebody has seen the job's end. */
export function hasEnded({ state }: Ending): boolean {
  return state === "DONE";
}

/** What came of it, in words that follow others. */
export function saidOf({ id, state, refused }: Ending): string {
  const why = refused === undefined ? "" : messageOf(refused);
  if (state === "DONE") {
    return `its job ${id} ${refused === undefined ? "was cancelled and " : ""}has ended`;
  }
  // It may be on its way: a cancel that is before it ends nothing.
  if (state === "missing") return `its job ${id} is not there, and may still begin`;
  if (refused !== undefined) {
    return `its job ${id} could not be cancelled (${why}) and may still be at work`;
  }
  const found =
    state === undefined || state === "hidden" ? "its end could not be seen" : `is still ${state}`;
  return `its job ${id} was cancelled, and ${found}`;
}

function isAtWork(state: string | undefined): boolean {
  return state !== undefined && !["DONE", "missing", "hidden"].includes(state);
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
