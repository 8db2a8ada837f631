import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { closedPort } from "../faulty-server.ts";
import { root } from "../program.ts";
import { killGroup, start } from "../started.ts";
import { withVariables } from "../variables.ts";

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

/** Names of all objects in a bucket of a double. */
export async function objectsAt(origin: string, bucket: string): Promise<string[]> {
  return (await listedAt(origin, bucket)).map(({ name }) => name).sort();
}

/** All objects in a bucket of a double, with their checksums. */
export async function listedAt(
  origin: string,
  bucket: string,
): Promise<{ name: string; crc32c: string }[]> {
  const answer = await fetch(`${origin}/storage/v1/b/${bucket}/o`);
  const { items = [] } = (await answer.json()) as { items?: { name: string; crc32c: string }[] };
  return items;
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
