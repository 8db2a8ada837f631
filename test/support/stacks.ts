import { TerraformStack, Testing } from "cdktf";

import { readSettings } from "../../settings/read-settings.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Catalog } from "../../sql/catalog/catalog.ts";
import { platform } from "../../stacks/platform.ts";
import { catalog } from "./catalog.ts";

/** A resource as it stands in a stack's JSON. */
export interface Synthesized {
  stack: string;
  type: string;
  id: string;
  attributes: Record<string, unknown>;
}

/**
 * All resources that an environment's stacks declare.
 *
 * @param tables stands in for the project's own catalogue
 */
export async function resourcesOf(settings: Settings, tables?: Catalog): Promise<Synthesized[]> {
  return Object.entries(await jsonOf(settings, tables)).flatMap(([stack, { resource }]) =>
    Object.entries(resource).flatMap(([type, byId]) =>
      Object.entries(byId).map(([id, attributes]) => ({ stack, type, id, attributes })),
    ),
  );
}

export interface StackJson {
  resource: Record<string, Record<string, Record<string, unknown>>>;
  output?: Record<string, { value: unknown }>;
  terraform: { backend: { gcs: { bucket: string; prefix: string } } };
}

/** Each stack's JSON by its name. */
export async function jsonOf(
  settings: Settings,
  tables?: Catalog,
): Promise<Record<string, StackJson>> {
  const app = platform(settings, tables ?? (await catalog()), Testing.app());
  const stacks = app.node.children.filter((child) => child instanceof TerraformStack);
  return Object.fromEntries(
    stacks.map((stack) => [stack.node.id, JSON.parse(Testing.synth(stack)) as StackJson]),
  );
}

/** The settings of dev with some of them changed. */
export async function devWith(changes: Partial<Settings> = {}): Promise<Settings> {
  return { ...(await readSettings("dev")), ...changes };
}

/** How many resources there are of each type. */
export function countsOf(resources: readonly Synthesized[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of resources) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
