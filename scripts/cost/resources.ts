import os from "node:os";

import { App, TerraformStack } from "cdktf";
import { z } from "zod";

import type { Settings } from "../../settings/settings.ts";
import type { Catalog } from "../../sql/catalog/catalog.ts";
import { platform } from "../../stacks/platform.ts";

/** One resource as Terraform would be told of it. */
export interface Resource {
  type: string;
  id: string;
  config: unknown;
}

const stackSchema = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

/** What an environment's stacks would make. Nothing is written. */
export function resourcesOf(settings: Settings, catalog: Catalog): Resource[] {
  return resourcesIn(platform(settings, catalog, newApp()));
}

/** An app whose stacks are looked at in memory; a folder that there is keeps cdktf from making one. */
export function newApp(): App {
  return new App({ outdir: os.tmpdir() });
}

export function resourcesIn(app: App): Resource[] {
  const stacks = app.node.children.filter((child) => TerraformStack.isStack(child));
  return stacks.flatMap((stack) => {
    const { resource } = stackSchema.parse(stack.toTerraform());
    return Object.entries(resource).flatMap(([type, ofType]) =>
      Object.entries(ofType).map(([id, config]) => ({ type, id, config })),
    );
  });
}

/** How many resources there are of each type, in the order of the types' names. */
export function countsOf(resources: readonly Resource[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of resources.toSorted((a, b) => a.type.localeCompare(b.type))) {
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
