import type { Settings } from "../../settings/settings.ts";
import { accessRules } from "./access-rules.ts";
import { clusterRules } from "./cluster-rules.ts";
import { dataRules } from "./data-rules.ts";
import { nameRules } from "./name-rules.ts";

/** A resource as a rule sees it: its type, and its attributes as Terraform's JSON has them. */
export interface Resource {
  type: string;
  attributes: Record<string, unknown>;
}

export interface Rule {
  name: string;
  /** What is wrong and how it is mended, in one line; undefined where the rule holds. */
  fault: (resource: Resource, settings: Settings) => string | undefined;
}

/** What no environment may have, whoever wrote the construct. */
export const rules: readonly Rule[] = [...accessRules, ...clusterRules, ...dataRules, ...nameRules];
