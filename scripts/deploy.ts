import { run } from "./deploy/run.ts";
import { program } from "./program.ts";

/** Builds an environment on Google Cloud, or what has changed of it. */
await program(() =>
  run("deploy", "Plans all stacks of an environment, checks the plans, and applies just them."),
);
