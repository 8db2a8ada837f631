import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { closedPort } from "./faulty-server.ts";
import { root } from "./program.ts";
import { killGroup, start, type Started } from "./started.ts";

/** Where scripts/setup/doubles.sh installs them. */
const programs = path.join(root, ".cache", "deploy", "python", "bin");
const storage = path.join(programs, "fake-gcs-server");
const bigquery = path.join(programs, "bqemulator");

export function emulatorsAreThere(): boolean {
  return [storage, bigquery].every((file) => existsSync(file));
}

/** Emulators of Cloud Storage and BigQuery, both in memory: where each of them listens. */
export interface Emulators {
  storage: string;
  bigquery: string;
  stop: () => Promise<void>;
}

/** @param objects the folder where BigQuery looks for gs://bucket/object, as bucket/object */
export async function startEmulators(objects?: string): Promise<Emulators> {
  const [storagePort, bigqueryPort] = [await closedPort(), await closedPort()];
  const origins = {
    storage: `http://127.0.0.1:${storagePort}`,
    bigquery: `http://127.0.0.1:${bigqueryPort}`,
  };
  const started = [
    start(storage, [
      ...["-scheme", "http", "-host", "127.0.0.1", "-port", String(storagePort)],
      ...["-backend", "memory", "-external-url", origins.storage],
      ...["-public-host", `127.0.0.1:${storagePort}`],
    ]),
    start(bigquery, ["start", "--rest-port", String(bigqueryPort), "--grpc-port", "0"], {
      BQEMU_ENABLE_FORMAT_EXTENSIONS: "false",
      ...(objects === undefined ? {} : { BQEMU_GCS_LOCAL_ROOT: objects }),
    }),
  ];
  const stop = async () => {
    await Promise.all(started.map(killGroup));
  };
  try {
    await untilAnswered(`${origins.storage}/storage/v1/b`, started[0]);
    await untilAnswered(`${origins.bigquery}/bigquery/v2/projects/any/datasets`, started[1]);
    return { ...origins, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilAnswered(address: string, started: Started | undefined): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (started?.runs() !== true) break;
    const answered = await fetch(address).catch(() => undefined);
    if (answered !== undefined) return;
    await sleep(50);
  }
  throw new Error(`nobody answers at ${address}`);
}
