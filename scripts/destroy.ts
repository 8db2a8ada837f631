import { run } from "./deploy/run.ts";
import { program } from "./program.ts";

/** Takes an environment down, its data included; keys stay. */
await program(() => run("destroy", "Takes down all stacks of an environment but its keys."));
