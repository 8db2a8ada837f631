import process from "node:process";

import { MarqueeError } from "../../errors.ts";

/** Variables that let a client go to a double of a service on this machine. */
const variables = [
  "STORAGE_EMULATOR_HOST",
  "BIGQUERY_EMULATOR_HOST",
  "MARQUEE_DATAPROC_ENDPOINT",
] as const;

/** Spelt so that nobody who reads it can take it for another machine. */
const onThisMachine = /^(https?:\/\/)?(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?(\/[\w./-]*)?$/i;

/**
 * Where the double of a service stands; undefined where the service itself is meant.
 *
 * @throws MarqueeError (usage) for an address elsewhere
 */
export function doubleOf(variable: (typeof variables)[number]): string | undefined {
  const said = process.env[variable];
  // The clients would take an empty one for the address of a double.
  if (said === "") Reflect.deleteProperty(process.env, variable);
  if (said === undefined || said === "") return undefined;
  if (onThisMachine.test(said)) return said;
  // What it says is not repeated: there may be a password in it.
  throw new MarqueeError({
    reason: "usage",
    what: `${variable} names no address on this machine: what is meant for Google Cloud would be sent elsewhere`,
    next: "Unset it, or let it name a double at 127.0.0.1, localhost or [::1]",
  });
}

/** A variable that names a double; undefined where Google Cloud alone is meant. */
export function namedDouble(): (typeof variables)[number] | undefined {
  return variables.find((variable) => doubleOf(variable) !== undefined);
}

/** @throws MarqueeError (usage) where a variable names a double elsewhere */
export function expectDoublesHere(): void {
  for (const variable of variables) doubleOf(variable);
}

/**
 * Whether everything that is used is a double: nobody at Google hears of the work then.
 *
 * @param usesDataproc whether Spark runs on Dataproc
 */
export function onDoublesAlone(usesDataproc: boolean): boolean {
  const used = variables.filter((name) => usesDataproc || name !== "MARQUEE_DATAPROC_ENDPOINT");
  return used.every((name) => doubleOf(name) !== undefined);
}
