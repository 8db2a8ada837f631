import { accessRules } from "./access-rules.ts";
import { clusterRules } from "./cluster-rules.ts";
import { dataRules } from "./data-rules.ts";
import { nameRules } from "./name-rules.ts";
import type { Rule } from "./rule.ts";

/** What no environment may have, whoever wrote the construct. */
export const rules: readonly Rule[] = [...accessRules, ...clusterRules, ...dataRules, ...nameRules];
