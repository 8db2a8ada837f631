import { asMarqueeError } from "../errors.ts";

/** Runs a program for people: what it returns is the exit code, what it throws is one line. */
export async function program(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    const known = asMarqueeError(error);
    console.error(`error: ${known.line}`);
    process.exitCode = known.exitCode;
  }
}
