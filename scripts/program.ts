import { asMarqueeError, MarqueeError } from "../errors.ts";

/**
 * Runs a program for people: what it returns is the exit code, what it throws is one line.
 *
 * @param tell stands in for a plain line on stderr
 */
export async function program(
  main: () => Promise<number>,
  tell = (error: MarqueeError): void => {
    console.error(`error: ${error.line}`);
  },
): Promise<void> {
  // Who reads along, such as head, may have enough before the end: the work goes on to its own. The
  // second code comes where a line was on its way.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (!["EPIPE", "ECONNRESET"].includes(error.code ?? "")) throw error;
  });
  try {
    process.exitCode = await main();
  } catch (error) {
    const known = asMarqueeError(error);
    tell(known);
    process.exitCode = known.exitCode;
  }
}
