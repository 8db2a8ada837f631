import { MarqueeError } from "../../errors.ts";
import { namesOf } from "../../settings/names.ts";
import type { Settings } from "../../settings/settings.ts";
import { stacksOf } from "../../stacks/platform.ts";
import { expectSecondKey } from "./preflight.ts";
import { hasChanges, type Plan, planCounts, type PlanFault, planFaults } from "./plan-rules.ts";

/** What is done to a stack: Terraform, or what stands in for it in tests. */
export interface Stack {
  init: () => Promise<void>;
  plan: (how: { isDestroy: boolean; isLocked: boolean }) => Promise<Plan>;
  apply: () => Promise<void>;
}

export interface Conversation {
  tell: (text: string) => void;
  /** Undefined where nobody can be asked. */
  confirm: ((question: string) => Promise<boolean>) | undefined;
}

export interface Wish {
  isDestroy: boolean;
  /** Whether plans are only made and checked; their state is not locked then. */
  isPlanOnly: boolean;
  /** Whether a person agreed beforehand. */
  yes: boolean;
  secondKey: string | undefined;
}

/**
 * Plans every stack, holds the plans against the rules, and applies just these plans: nothing is
 * changed anywhere unless all of it may be.
 *
 * @throws MarqueeError (deployment) with each thing that a plan may not do
 */
export async function deploy(
  settings: Settings,
  wish: Wish,
  stackOf: (name: string) => Stack,
  { tell, confirm }: Conversation,
): Promise<void> {
  const { isDestroy } = wish;
  const names = isDestroy ? stacksToDestroy(settings) : stacksOf(settings);
  const planned: { name: string; stack: Stack; plan: Plan }[] = [];
  for (const name of names) {
    const stack = stackOf(name);
    await stack.init();
    planned.push({
      name,
      stack,
      plan: await stack.plan({ isDestroy, isLocked: !wish.isPlanOnly }),
    });
  }
  expectAllowed(settings, wish, planned);

  const changing = planned.filter(({ plan }) => hasChanges(plan));
  if (changing.length === 0) {
    tell("nothing to do: all is as declared");
    return;
  }
  for (const { name, plan } of changing) {
    const { made, changed, removed } = planCounts(plan);
    tell(`${name}: ${made ?? 0} made, ${changed ?? 0} changed, ${removed ?? 0} removed`);
  }
  if (wish.isPlanOnly) return;
  if (!wish.yes && (await confirm?.(isDestroy ? "Take it down?" : "Apply it?")) !== true) {
    const next = confirm === undefined ? "Give --yes where nobody can be asked" : "";
    throw new MarqueeError({
      reason: "deployment",
      what: "nobody agreed, so nothing was changed",
      ...(next === "" ? {} : { next }),
    });
  }
  for (const { name, stack } of changing) {
    tell(`applying ${name}`);
    await stack.apply();
  }
}

/**
 * What holds data or costs money, from the end. Accounts, guards and keys stay: they cost next to
 * nothing, and of keys, roles, identity providers and quotas Google Cloud lets none be made a second
 * time, some for a month, some for ever.
 */
export function stacksToDestroy(settings: Settings): string[] {
  const { data, compute } = namesOf(settings).stacks;
  return [compute, data];
}

function expectAllowed(
  settings: Settings,
  { secondKey }: Wish,
  planned: readonly { plan: Plan }[],
): void {
  const faults = planned.flatMap(({ plan }) => planFaults(plan));
  const closed = faults.filter(({ isOpenedByKey }) => !isOpenedByKey);
  if (closed.length > 0) throw refused(closed, "Nothing was changed");
  const losses = faults.filter(({ isOpenedByKey }) => isOpenedByKey);
  if (losses.length === 0) return;
  if (settings.protectData) {
    const file = `settings/${settings.environment}.yml`;
    throw refused(losses, `Two keys open it: deploy protect_data: false in ${file} first`);
  }
  if (secondKey === undefined) {
    throw refused(losses, `Give --second-key ${settings.project.id} if you mean it`);
  }
  expectSecondKey(settings, secondKey);
}

function refused(faults: readonly PlanFault[], next: string): MarqueeError {
  const what = faults.map((fault) => `${fault.address} ${fault.what}`).join("; ");
  return new MarqueeError({ reason: "deployment", what: `the plan is refused: ${what}`, next });
}
