import { run } from "./deploy/run.ts";
import { program } from "./program.ts";

const description = [
  "Takes down what holds data or works in an environment: the stacks compute and data, with all data.",
  "",
  "Accounts, roles, guards, keys, the state bucket, APIs and the folder data-ENV stay: they cost next to " +
    "nothing. README.md says under 'Back to nothing' what ends each of them.",
].join("\n");

/** Takes down what of an environment holds data or costs money. */
await program(() => run("destroy", description));
