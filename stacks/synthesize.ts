import { App } from "cdktf";

import { MarqueeError } from "../errors.ts";
import type { Settings } from "../settings/settings.ts";
import type { Catalog } from "../sql/catalog/catalog.ts";
import { platform } from "./platform.ts";

/**
 * Writes an environment's stacks as Terraform's JSON to cdktf.out.
 *
 * @throws MarqueeError (deployment) with every fault that the policy found
 */
export function synthesize(settings: Settings, catalog: Catalog): void {
  try {
    platform(settings, catalog, new App()).synth();
  } catch (error) {
    const faults = policyFaults(error);
    if (faults === undefined) throw error;
    throw new MarqueeError({ reason: "deployment", what: faults, cause: error });
  }
}

/** The policy's own lines out of what cdktf throws over them; undefined for any other error. */
function policyFaults(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : "";
  if (!message.includes('level "ERROR"')) return undefined;
  return message.slice(message.indexOf("\n") + 1);
}
