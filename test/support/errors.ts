import { expect } from "chai";

import { type ExitReason, MarqueeError } from "../../errors.ts";

/** Expects a promise to fail with our own error, and gives that error. */
export async function failure(
  promise: Promise<unknown>,
  reason: ExitReason,
): Promise<MarqueeError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof MarqueeError)) {
    throw outcome instanceof Error ? outcome : new Error("it did not fail");
  }
  expect(outcome.reason).to.equal(reason);
  expect(outcome.line).not.to.include("\n");
  return outcome;
}
