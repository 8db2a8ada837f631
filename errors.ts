/**
 * What the process exits with. The README lists the same numbers for scripts that call Marquee.
 */
export const exitCodes = {
  success: 0,
  /** A fault of Marquee itself: please report it. */
  internal: 1,
  /** A setting or the plan of a deployment is refused: cdktf and Terraform say 1 for it too. */
  deployment: 1,
  /** The command line asks for something that there is not. */
  usage: 2,
  /** A source's files cannot be read as what they should be. */
  input: 3,
  /** A declaration or a SELECT in sql/ is broken. */
  catalog: 4,
  /** A check of severity `error` failed: nothing was published. Or a point of a proof does not hold. */
  check: 5,
  /** The lake folder cannot be used: permissions, disk, another run. */
  lake: 6,
  /** A publisher's file cannot be fetched. */
  network: 7,
  /** Google Cloud refuses something, or a job there failed, or a point of a proof was not tried. */
  cloud: 8,
  /** SIGINT stopped the run, as Ctrl-C does: 128 and the signal's number, as shells count. */
  interrupted: 130,
  /** SIGTERM stopped the run, as a system does that shuts down. */
  terminated: 143,
} as const;

export type ExitReason = Exclude<keyof typeof exitCodes, "success">;

/** What an error carries: each part ends up in the one line that a person reads. */
export interface Problem {
  reason: ExitReason;
  /** What failed and why, beginning with the place: a file, a line, an option. */
  what: string;
  /** What to do next, as an instruction. */
  next?: string;
  cause?: unknown;
}

/**
 * The only error that Marquee throws on purpose. It is caught once, at the top of each program,
 * printed as one line, and its reason becomes the exit code.
 */
export class MarqueeError extends Error {
  readonly reason: ExitReason;
  readonly next: string | undefined;

  constructor({ reason, what, next, cause }: Problem) {
    super(what, cause === undefined ? undefined : { cause });
    this.name = "MarqueeError";
    this.reason = reason;
    this.next = next;
  }

  get exitCode(): number {
    return exitCodes[this.reason];
  }

  /** The whole message on one line, whatever the parts held. */
  get line(): string {
    const parts = this.next === undefined ? [this.message] : [this.message, this.next];
    return parts.map((part) => part.replace(/\s+/g, " ").trim()).join(". ");
  }
}

/** What is said by whatever was thrown: libraries throw more than errors. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Any error as one of ours. What is not ours already is a fault of Marquee: still one line, with the
 * stack only for whoever asks for it by MARQUEE_DEBUG.
 */
export function asMarqueeError(error: unknown): MarqueeError {
  if (error instanceof MarqueeError) return error;
  if (process.env["MARQUEE_DEBUG"] !== undefined && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ""}\n`);
  }
  return new MarqueeError({
    reason: "internal",
    what: `this should not have happened: ${messageOf(error).split("\n")[0] ?? ""}`,
    next: "Please report it, with what MARQUEE_DEBUG=1 prints",
    cause: error,
  });
}
