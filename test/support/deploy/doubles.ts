import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { closedPort } from "../faulty-server.ts";
import { killGroup, start, type Started } from "../started.ts";
import { type Front, startFront } from "./front.ts";
import { cache } from "./provider.ts";

const environment = path.join(cache, "python");
const bigquery = path.join(environment, "bin", "bqemulator");
const storage = path.join(environment, "bin", "fake-gcs-server");

/** Whether scripts/setup/deploy.sh has been here. */
export function doublesAreThere(): boolean {
  return [bigquery, storage].every((file) => existsSync(file));
}

/** Doubles of Cloud Storage, BigQuery and Dataproc behind one address, in memory. */
export interface Doubles extends Front {
  /** Where the double of Cloud Storage listens itself: objects go there. */
  storage: string;
  stop: () => Promise<void>;
}

export async function startDoubles(): Promise<Doubles> {
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
    }),
  ];
  const stopAll = () => Promise.all(started.map(killGroup));
  try {
    await untilAnswered(`${origins.storage}/storage/v1/b`, started[0]);
    await untilAnswered(`${origins.bigquery}/bigquery/v2/projects/any/datasets`, started[1]);
    const front = await startFront(origins);
    const stop = async () => {
      front.close();
      await stopAll();
    };
    return { ...front, storage: origins.storage, stop };
  } catch (error) {
    await stopAll();
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
