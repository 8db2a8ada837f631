import { argv } from "node:process";

import { type Command, CommanderError } from "commander";

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

/**
 * Lets a command read the process's command line.
 *
 * @returns false where only the help was asked for, which has been printed then
 * @throws MarqueeError (usage) for what the command does not know
 */
export function parsed(command: Command, words: readonly string[] = argv.slice(2)): boolean {
  command
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  try {
    command.parse([...words], { from: "user" });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return false;
    throw new MarqueeError({
      reason: "usage",
      what: error.message.replace(/^error: /, "").replace(/\.$/, ""),
      next: `${command.name()} --help shows what there is`,
    });
  }
}
