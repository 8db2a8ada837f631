import { GoogleProvider } from "@cdktf/provider-google/lib/provider/index.js";
import { Aspects, GcsBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

import { namesOf, type Names } from "../settings/names.ts";
import type { Settings } from "../settings/settings.ts";
import { Policy } from "./policy/policy.ts";

/**
 * What lives and dies together in one environment. Stacks know each other by computed names alone:
 * none reads another's state, so each can be planned before any is applied.
 */
export class EnvironmentStack extends TerraformStack {
  constructor(scope: Construct, role: keyof Names["stacks"], settings: Settings) {
    const id = namesOf(settings).stacks[role];
    super(scope, id);
    const { project, region, stateBucket } = settings;
    new GcsBackend(this, { bucket: stateBucket, prefix: `${project.id}/${id}` });
    new GoogleProvider(this, "google", {
      project: project.id,
      region,
      // A person's own credentials have no project that quotas could be counted in.
      userProjectOverride: true,
      billingProject: project.id,
      addTerraformAttributionLabel: false,
    });
    // cdktf asks no aspect that stands above a stack.
    Aspects.of(this).add(new Policy(settings));
  }
}
