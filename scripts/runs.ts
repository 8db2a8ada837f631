import { Command, InvalidArgumentError } from "commander";

import { exitCodes, MarqueeError } from "../errors.ts";
import { parsed } from "../jobs/command-line.ts";
import { program } from "./program.ts";
import { readHistory } from "./runs/history.ts";
import { runsList } from "./runs/list.ts";
import { chosenRun, wholeRun } from "./runs/one-run.ts";

function count(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It is no number from 1.");
  return Number(text);
}

/** Shows what ran in a lake, how it ended and how to go on; the lake stays as it is. */
await program(async () => {
  const command = new Command("npm run runs --")
    .description("Shows the last runs of a lake, or one of them whole.")
    .argument("[run]", 'a run\'s id, the beginning of one, or "last": that run whole')
    .option("--lake <folder>", "the lake", "data")
    .option("--last <number>", "so many runs", count, 10);
  if (!parsed(command)) return exitCodes.success;
  const { lake, last } = command.opts<{ lake: string; last: number }>();
  const [said] = command.args;
  if (lake.trim() === "" || said?.trim() === "") {
    throw new MarqueeError({
      reason: "usage",
      what: said === undefined ? "--lake needs the name of a folder" : "a run's id is not empty",
      next: "npm run runs -- --help shows what there is",
    });
  }
  const text = await readHistory(lake, async (history, ask) =>
    said === undefined ? runsList(history, last) : wholeRun(chosenRun(history, said), history, ask),
  );
  console.log(text);
  return exitCodes.success;
});
