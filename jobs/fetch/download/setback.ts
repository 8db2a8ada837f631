import { MarqueeError } from "../../../errors.ts";

/**
 * How often each kind of setback may be tried again, at most:
 *
 * - passing: the connection broke or the server is busy; as often as there is patience
 * - unreachable: nobody answers at all, and seldom will in a few seconds
 * - mismatch: the bytes are wrong, so they are thrown away and fetched anew
 * - lasting: another try would end in the same way
 */
const mostRetries = { passing: Infinity, unreachable: 2, mismatch: 1, lasting: 0 };

export type SetbackKind = keyof typeof mostRetries;

export interface Trouble {
  kind: SetbackKind;
  /** As in MarqueeError. */
  what: string;
  next?: string;
  /** How long the server asks to wait. */
  waitSeconds?: number | undefined;
  cause?: unknown;
}

/**
 * A try that failed. Unless it is a mismatch, what was received up to then is sound, and another
 * try may go on from there, now or in a later run. What makes the received bytes worthless for
 * good is a MarqueeError at once.
 */
export class Setback extends Error {
  readonly kind: SetbackKind;
  readonly next: string | undefined;
  readonly waitSeconds: number | undefined;

  constructor({ kind, what, next, waitSeconds, cause }: Trouble) {
    super(what, { cause });
    this.name = "Setback";
    this.kind = kind;
    this.next = next;
    this.waitSeconds = waitSeconds;
  }

  /** @param times how often a setback of this kind has come, this one included */
  allowsRetry(times: number): boolean {
    return times <= mostRetries[this.kind];
  }

  /** @param received how many bytes a later run can build on */
  asEnd(received: number): MarqueeError {
    const goesOn = `goes on from ${received} bytes`;
    const advice =
      this.next === undefined ? `Run again: it ${goesOn}` : `${this.next}. Running again ${goesOn}`;
    return new MarqueeError({
      reason: "network",
      what: this.message,
      next: received > 0 ? advice : (this.next ?? "Run again later"),
      cause: this.cause,
    });
  }
}

/** The cause of an error that came of a server's status, for `statusOf`. */
export class RefusedWith extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`HTTP status ${status}`);
    this.name = "RefusedWith";
    this.status = status;
  }
}

/** The HTTP status with which a server refused a download, if that is what an error tells of. */
export function statusOf(error: unknown): number | undefined {
  const cause = error instanceof MarqueeError ? error.cause : undefined;
  return cause instanceof RefusedWith ? cause.status : undefined;
}
