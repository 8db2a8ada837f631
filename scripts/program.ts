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
  try {
    process.exitCode = await main();
  } catch (error) {
    const known = asMarqueeError(error);
    tell(known);
    process.exitCode = known.exitCode;
  }
}
