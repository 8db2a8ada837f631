import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { closedPort } from "../faulty-server.ts";
import { root } from "../program.ts";
import { killGroup, start } from "../started.ts";

const program = path.join(root, ".cache", "deploy", "python", "bin", "fake-gcs-server");

/** Whether there is a double of Cloud Storage on this machine. */
export function fakeStorageIsThere(): boolean {
  return existsSync(program);
}

/**
 * Starts a double of Cloud Storage with one empty bucket, to which the clients of this process go
 * meanwhile, and ends it.
 *
 * @param disk the folder where objects are kept; in memory without it
 */
export async function withFakeStorage<T>(
  bucket: string,
  use: (origin: string) => Promise<T>,
  disk?: string,
): Promise<T> {
  const port = await closedPort();
  const origin = `http://127.0.0.1:${port}`;
  const kept = disk === undefined ? ["memory"] : ["filesystem", "-filesystem-root", disk];
  const started = start(program, [
    ...["-scheme", "http", "-host", "127.0.0.1", "-port", String(port)],
    ...["-external-url", origin, "-public-host", `127.0.0.1:${port}`, "-backend", ...kept],
  ]);
  try {
    await untilThere(`${origin}/storage/v1/b?project=test`, bucket);
    return await withVariables({ STORAGE_EMULATOR_HOST: origin }, () => use(origin));
  } finally {
    await killGroup(started);
  }
}

/** Sets variables of this process for a while; undefined takes one away. */
export async function withVariables<T>(
  variables: Record<string, string | undefined>,
  use: () => Promise<T>,
): Promise<T> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const set = ([name, value]: readonly [string, string | undefined]): void => {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  };
  Object.entries(variables).forEach(set);
  try {
    return await use();
  } finally {
    before.forEach(set);
  }
}

async function untilThere(buckets: string, name: string): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    const headers = { "content-type": "application/json" };
    const asked = fetch(buckets, { method: "POST", headers, body: JSON.stringify({ name }) });
    if ((await asked.catch(() => undefined))?.ok === true) return;
    await sleep(50);
  }
  throw new Error(`nobody answers at ${buckets}`);
}
