import { spawn } from "node:child_process";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";

import { MarqueeError } from "../../errors.ts";
import type { Plan } from "./plan-rules.ts";

/** Terraform in the folder of one stack, as cdktf names it in its own variables. */
export class Terraform {
  readonly #folder: string;
  readonly #stack: string;

  /** @param out what synthesis wrote */
  constructor(stack: string, out: string) {
    this.#stack = stack;
    this.#folder = path.join(out, "stacks", stack);
  }

  async init(): Promise<void> {
    await this.#run(["init", "-input=false", "-no-color"], "quiet");
  }

  /** Plans into a file, and gives what the plan would do. */
  async plan({ isDestroy, isLocked }: { isDestroy: boolean; isLocked: boolean }): Promise<Plan> {
    const how = [...(isDestroy ? ["-destroy"] : []), ...(isLocked ? [] : ["-lock=false"])];
    await this.#run(["plan", "-input=false", `-out=${planFile}`, ...how], "shown");
    return JSON.parse(await this.#run(["show", "-json", planFile], "quiet")) as Plan;
  }

  /** Applies the plan that was looked at, and no other. */
  async apply(): Promise<void> {
    await this.#run(["apply", "-input=false", planFile], "shown");
  }

  async #run(args: string[], output: "shown" | "quiet"): Promise<string> {
    const binary = process.env["TERRAFORM_BINARY_NAME"] ?? "terraform";
    const child = spawn(binary, args, {
      cwd: this.#folder,
      env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" },
      stdio: ["ignore", output === "shown" ? "inherit" : "pipe", "pipe"],
    });
    let said = "";
    let complained = "";
    const stop = { isAsked: false };
    // Ctrl-C reaches Terraform too, which writes its state before it ends: we wait for that.
    const wait = (): void => {
      stop.isAsked = true;
    };
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complained += text;
      if (output === "shown") process.stderr.write(text);
    });
    process.on("SIGINT", wait);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    })
      .finally(() => process.off("SIGINT", wait))
      .catch((error: unknown) => {
        throw new MarqueeError({
          reason: "deployment",
          what: `${binary} cannot be started`,
          next: "Install Terraform 1.7 or newer, or let TERRAFORM_BINARY_NAME name it",
          cause: error,
        });
      });
    if (code === 0) return said;
    throw new MarqueeError({
      reason: stop.isAsked ? "interrupted" : "deployment",
      what: `terraform ${args[0] ?? ""} of ${this.#stack} failed: ${lastWords(complained)}`,
      next: `Mend it and give the command again; what was applied stays`,
    });
  }
}

const planFile = "plan.tfplan";

/** Terraform frames its errors; what they say is enough. */
function lastWords(text: string): string {
  const plain = stripVTControlCharacters(text).replace(/[│╷╵]/g, " ");
  const from = plain.indexOf("Error:");
  return plain.slice(Math.max(from, 0)).replace(/\s+/g, " ").trim().slice(0, 1_000);
}
