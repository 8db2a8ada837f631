import { App } from "cdktf";

import { MarqueeError, messageOf } from "../errors.ts";
import type { Settings } from "../settings/settings.ts";
import type { Catalog } from "../sql/catalog/catalog.ts";
import { platform } from "./platform.ts";

/**
 * Writes an environment's stacks as Terraform's JSON to cdktf.out, or where CDKTF_OUTDIR says.
 *
 * @returns the folder
 * @throws MarqueeError (deployment) with every fault that the policy found
 */
export function synthesize(settings: Settings, catalog: Catalog): string {
  // Would let cdktf go on over faults, the policy's among them.
  delete process.env["CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS"];
  const app = new App();
  try {
    platform(settings, catalog, app).synth();
    return app.outdir;
  } catch (error) {
    const faults = policyFaults(error);
    if (faults.length === 0) throw error;
    throw new MarqueeError({ reason: "deployment", what: faults.join("; "), cause: error });
  }
}

/** The policy's own lines out of what cdktf throws over them; none for any other error. */
function policyFaults(error: unknown): string[] {
  const message = messageOf(error);
  if (!message.includes('level "ERROR"')) return [];
  return message.split("\n").filter((line) => line.startsWith("["));
}
