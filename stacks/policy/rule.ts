import type { Settings } from "../../settings/settings.ts";

/** A resource as a rule sees it: its type, and its attributes as Terraform's JSON has them. */
export interface Resource {
  type: string;
  attributes: Record<string, unknown>;
  /** The attribute that holds its labels; undefined for what can have none. */
  labels: "labels" | "user_labels" | undefined;
}

export interface Rule {
  name: string;
  /** What is wrong and how it is mended, in one line; undefined where the rule holds. */
  fault: (resource: Resource, settings: Settings) => string | undefined;
}

/** A value at the end of a path of blocks; Terraform's JSON may wrap a block in a list. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    const block: unknown = Array.isArray(inner) ? inner[0] : inner;
    return typeof block === "object" && block !== null
      ? (block as Record<string, unknown>)[key]
      : undefined;
  }, value);
}
