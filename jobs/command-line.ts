import { argv } from "node:process";

import { type Command, CommanderError } from "commander";

import { MarqueeError } from "../errors.ts";

/**
 * Lets a command read a command line.
 *
 * @param words without the program's own name
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

/** A word as a shell takes it. */
export function asWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
