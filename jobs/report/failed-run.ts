import { MarqueeError } from "../../errors.ts";
import { commandToGoOn, type Options } from "../options.ts";

/** The steps that take up what an earlier run has left. */
const laterSteps = ["transform", "check", "publish"];

/**
 * Where Google Cloud is in the way of a step, all that was done before stands: the error's next step
 * ends with the command that goes on from there, so that nobody fetches and prepares it all again.
 *
 * @param step in which it came up
 */
export function offeringToGoOn(
  error: unknown,
  step: string | undefined,
  options: Options,
): unknown {
  if (!(error instanceof MarqueeError) || error.reason !== "cloud") return error;
  if (step === undefined || !laterSteps.includes(step)) return error;
  const { message, next = "" } = error;
  // Who asked for less than the rest gives the same command again; and where the tables themselves have
  // to be made again, the error says so.
  if (!options.only.includes("publish") || next.includes("--from")) return error;
  const goOn = `What is done by then stands: go on with ${commandToGoOn(options, step)}`;
  const both = next === "" ? goOn : `${next}. ${goOn}`;
  return new MarqueeError({ reason: error.reason, what: message, next: both, cause: error.cause });
}
