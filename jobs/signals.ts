import { type ExitReason, MarqueeError } from "../errors.ts";

/** The signals by which a person or a system ends a run. */
const endings = { SIGINT: "interrupted", SIGTERM: "terminated" } as const satisfies Partial<
  Record<NodeJS.Signals, ExitReason>
>;
type Ending = keyof typeof endings;

/** One Ctrl-C comes several times: from the terminal, and again from npm, which passes it on. */
const echoMilliseconds = 500;
/** So long may a step take to end by itself before it is left alone. */
const graceMilliseconds = 300;
/** So long may what was left alone, such as a download, keep the process once all is said. */
const farewellMilliseconds = 100;

/**
 * Does work that the first SIGINT or SIGTERM stops and a second one ends where it stands.
 *
 * @param work is to end soon after `stop` is aborted, by throwing its reason, unless it is as good as
 *   done
 */
export async function stoppable<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let first: { name: Ending; at: number } | undefined;
  const heed = (name: Ending): void => {
    const now = performance.now();
    if (first === undefined) {
      first = { name, at: now };
      controller.abort(stoppedBy(name));
      return;
    }
    const isEcho = name === first.name && now - first.at < echoMilliseconds;
    if (!isEcho) endBy(name);
  };

  const names = Object.keys(endings) as Ending[];
  for (const name of names) process.on(name, heed);
  try {
    return await work(controller.signal);
  } finally {
    // A stopped process heeds signals to its end, or an echo would take its last word from it.
    if (controller.signal.aborted) setTimeout(() => process.exit(), farewellMilliseconds).unref();
    else for (const name of names) process.off(name, heed);
  }
}

/**
 * Waits for work that may not heed `stop` by itself: it is left alone then. Only for work that may
 * be left half done.
 *
 * @throws the reason of `stop`, whatever the work fails with by then
 */
export async function unlessStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  const graceIsOver = new Promise<never>((_resolve, reject) => {
    const waitAMoment = (): void => {
      setTimeout(reject, graceMilliseconds);
    };
    stop.addEventListener("abort", waitAMoment, { once: true });
  });
  try {
    return await Promise.race([work, graceIsOver]);
  } catch (error) {
    stop.throwIfAborted();
    throw error;
  }
}

/** As if nobody heeded the signal: process.exit would wait for a query that runs. */
function endBy(name: Ending): void {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}

function stoppedBy(name: Ending): MarqueeError {
  return new MarqueeError({
    reason: endings[name],
    what: `stopped by ${name}`,
    next: "What was published before is intact; run the same command again to go on",
  });
}
