import {
  Annotations,
  DefaultTokenResolver,
  type IAspect,
  StringConcat,
  TerraformResource,
  Tokenization,
} from "cdktf";
import type { IConstruct } from "constructs";

import type { Settings } from "../../settings/settings.ts";
import { rules } from "./rules.ts";

/**
 * Refuses at synthesis what no environment may have: every resource is held against every rule, and
 * what breaks one is told with the way to mend it, all of them at once.
 */
export class Policy implements IAspect {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  visit(node: IConstruct): void {
    if (!(node instanceof TerraformResource)) return;
    const type = node.terraformResourceType;
    const resource = { type, attributes: attributesOf(node), labels: labelsPlace(node) };
    for (const { name, fault } of rules) {
      const found = fault(resource, this.#settings);
      if (found === undefined) continue;
      Annotations.of(node).addError(`${name}: ${found}`);
    }
  }
}

/** Where a resource's class takes labels; "labels" of a notification channel are its address. */
function labelsPlace(node: TerraformResource): "labels" | "user_labels" | undefined {
  if ("userLabelsInput" in node) return "user_labels";
  return "labelsInput" in node ? "labels" : undefined;
}

/** A resource's attributes as its stack's JSON will have them. */
function attributesOf(node: TerraformResource): Record<string, unknown> {
  const { resource } = Tokenization.resolve(node.toTerraform(), {
    scope: node,
    resolver: new DefaultTokenResolver(new StringConcat()),
    preparing: false,
  }) as {
    resource: Record<string, Record<string, Record<string, unknown>>>;
  };
  return resource[node.terraformResourceType]?.[node.friendlyUniqueId] ?? {};
}
