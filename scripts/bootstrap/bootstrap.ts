import { setTimeout as sleep } from "node:timers/promises";

import { MarqueeError } from "../../errors.ts";
import { asWord } from "../../jobs/command-line.ts";
import { expectOwnSettings } from "../../settings/example.ts";
import type { Settings } from "../../settings/settings.ts";
import {
  type Command,
  complaintOf,
  isAbsent,
  isApiOff,
  isTooEarly,
  type Outcome,
  runCommand,
} from "./gcloud.ts";
import { type Question, type Step, stepsOf } from "./steps.ts";

export interface BootstrapOptions {
  /** Project of the state bucket, where it is not the same. */
  stateProject?: string | undefined;
  /** Whether a person has agreed beforehand. */
  isAgreed: boolean;
  /** Whether to print the commands and run none. */
  isDryRun: boolean;
}

export interface BootstrapEffects {
  tell: (text: string) => void;
  /** Asks a person; undefined where there is nobody to ask. */
  confirm: ((question: string) => Promise<boolean>) | undefined;
  /** Finds gcloud by its PATH. */
  env: NodeJS.ProcessEnv;
  /** Stands in for the time between two tries, in tests. */
  wait?: () => Promise<unknown>;
}

/** What every step of a run needs: its effects, and the command that goes on with it. */
type Run = BootstrapEffects & { again: string };

const tries = 6;
const waitMilliseconds = 10_000;

/**
 * Makes what must be there before Terraform can run for the first time. What is there stays as it is, so
 * that one that failed is mended by running it again.
 *
 * @throws MarqueeError (deployment) for settings that are still examples, without gcloud, and for the
 *   step that failed, and where nobody can be asked
 */
export async function bootstrap(
  settings: Settings,
  { stateProject, isAgreed, isDryRun }: BootstrapOptions,
  effects: BootstrapEffects,
): Promise<void> {
  const { tell, confirm } = effects;
  const state = stateProject === undefined ? "" : ` --state-project ${asWord(stateProject)}`;
  const again = `npm run bootstrap -- --env ${asWord(settings.environment)}${state}`;
  const steps = stepsOf(settings, stateProject);
  if (isDryRun) {
    for (const step of steps) tell(commandText(step));
    return;
  }
  expectOwnSettings(settings);
  if (!isAgreed && confirm === undefined) {
    throw new MarqueeError({
      reason: "deployment",
      what: "there is no terminal to ask on, and nothing is made unasked",
      next: `See what would be made with ${again} --dry-run, and agree with --yes`,
    });
  }
  await expectProject(settings, { ...effects, again });
  tell(planText(steps, settings, stateProject));
  if (!isAgreed && (await confirm?.("Make what is missing?")) !== true) {
    tell("Nothing was made.");
    return;
  }
  await make(steps, settings.project.id, { ...effects, again });
}

async function make(steps: readonly Step[], projectId: string, run: Run): Promise<void> {
  const { tell, again } = run;
  const ask = questioner(run);
  let made = 0;
  let waiting = 0;
  for (const { what, question, make, waitsFor } of steps) {
    if (waitsFor !== undefined && !(await ask(what, waitsFor))) {
      tell(`later    ${what}: ${waitsFor.otherwise}`);
      waiting += 1;
    } else if (question !== undefined && (await ask(what, question))) {
      tell(`is there ${what}`);
    } else {
      await makeOne(what, make, run);
      tell(`${question === undefined ? "ensured " : "made    "} ${what}`);
      made += question === undefined ? 0 : 1;
    }
  }
  const account = made === 0 ? "Nothing was missing" : `${made} of ${steps.length} were made`;
  tell(`${account}: ${projectId} is ready for Terraform.`);
  if (waiting > 0) tell(`After the first deploy, once more: ${again}`);
}

/** Makes one thing, and is patient with what was just made and is not known everywhere yet. */
async function makeOne(
  what: string,
  command: Command,
  { tell, env, again, wait = () => sleep(waitMilliseconds) }: Run,
): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const outcome = await runCommand(command, env);
    if (outcome.code === 0) return;
    if (tried === tries || !isTooEarly(outcome)) throw failed(what, outcome, again);
    if (tried === 1) tell(`waiting  ${what}: Google Cloud does not know yet what was just made`);
    await wait();
  }
}

/** Asks gcloud, and each question once: all grants on a project are in one answer. */
function questioner({ env, again }: Run) {
  const answers = new Map<string, string>();
  return async (what: string, { command, isThere = () => true }: Question): Promise<boolean> => {
    const key = command.join(" ");
    let answer = answers.get(key);
    if (answer === undefined) {
      const outcome = await runCommand(command, env);
      if (outcome.code !== 0 && !isAbsent(outcome)) throw failed(what, outcome, again);
      if (outcome.code !== 0) return false;
      answer = outcome.stdout;
      answers.set(key, answer);
    }
    return isThere(answer);
  };
}

function failed(what: string, outcome: Outcome, again: string): MarqueeError {
  return new MarqueeError({
    reason: "deployment",
    what: `${what}: ${complaintOf(outcome)}`,
    next: `Once that is mended, ${again} goes on from there`,
  });
}

/** Before anything is made: keys are granted to accounts that the project's number names. */
async function expectProject(
  { project, environment }: Settings,
  { env, again }: Run,
): Promise<void> {
  const command: Command = [
    ...(["gcloud", "projects", "describe", project.id] as const),
    "--format=value(projectNumber)",
  ];
  const outcome = await runCommand(command, env);
  if (outcome.code !== 0 && isApiOff(outcome)) return;
  if (outcome.code !== 0) throw failed(`project ${project.id}`, outcome, again);
  const number = outcome.stdout.trim();
  if (number === String(project.number)) return;
  throw new MarqueeError({
    reason: "deployment",
    what: `settings/${environment}.yml says ${project.number}, but the number of project ${project.id} is ${number}`,
    next: "Correct project.number there",
  });
}

function planText(steps: readonly Step[], settings: Settings, stateProject?: string): string {
  const { project, stateBucket } = settings;
  const isSame = stateProject === undefined || stateProject === project.id;
  return [
    `In project ${project.id} this makes what is not there yet:`,
    ...steps.map(({ what }) => `  ${what}`),
    isSame
      ? `Mind: gs://${stateBucket} would be in the same project. It is best in one of its own, which few may enter: --state-project PROJECT`
      : `gs://${stateBucket} would be in project ${stateProject}.`,
  ].join("\n");
}

/** A step as a shell takes it, below a comment that says what it is for. */
function commandText({ what, make, waitsFor }: Step): string {
  const note = waitsFor === undefined ? "" : `: ${waitsFor.otherwise}`;
  return `# ${what}${note}\n${make.map(asWord).join(" ")}`;
}
