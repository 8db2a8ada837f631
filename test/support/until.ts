import { setTimeout as sleep } from "node:timers/promises";

import type { Started } from "./started.ts";

/** Waits, as long as the run goes on. */
export async function until(isSo: () => boolean | Promise<boolean>, run?: Started): Promise<void> {
  while (!(await isSo())) {
    if (run?.runs() === false) throw new Error(`it has ended: ${(await run.ended).stderr}`);
    await sleep(10);
  }
}

/** The same, as long as work of this process goes on. */
export async function during(
  work: Promise<unknown>,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  let ended: string | undefined;
  const end = (came: unknown): void => {
    ended = String(came);
  };
  void work.then(end, end);
  await until(() => {
    if (ended !== undefined) throw new Error(`it has ended: ${ended}`);
    return isSo();
  });
}
