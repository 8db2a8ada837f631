import { MarqueeError } from "../errors.ts";

/** Runs a program for people: what it returns is the exit code, what it throws is one line. */
export async function program(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof MarqueeError)) throw error;
    console.error(`error: ${error.line}`);
    process.exitCode = error.exitCode;
  }
}
