import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";

import { findSpark, sparkVariables } from "../../../jobs/engine/spark/installation.ts";
import { root } from "../program.ts";
import type { Work, Worker } from "./dataproc-double-jobs.ts";

/** What scripts/setup/gcs-connector.sh installs. */
const connector = path.join(root, ".cache", "cloud", "gcs-connector.jar");

export function connectorIsThere(): boolean {
  return existsSync(connector);
}

/** Where the double of Cloud Storage listens, and which of its buckets Dataproc keeps outputs in. */
interface Place {
  storage: string;
  scratch: string;
}

/** How Hadoop's connector finds a double, which knows neither credentials nor some of the methods. */
function connectorSettings(storage: string): Record<string, string> {
  return {
    "spark.hadoop.fs.gs.impl": "com.google.cloud.hadoop.fs.gcs.GoogleHadoopFileSystem",
    "spark.hadoop.fs.AbstractFileSystem.gs.impl": "com.google.cloud.hadoop.fs.gcs.GoogleHadoopFS",
    "spark.hadoop.fs.gs.storage.root.url": storage,
    "spark.hadoop.fs.gs.storage.service.path": "storage/v1/",
    "spark.hadoop.fs.gs.auth.service.account.enable": "false",
    "spark.hadoop.fs.gs.auth.null.enable": "true",
    "spark.hadoop.fs.gs.operation.move.enable": "false",
    "spark.hadoop.fs.gs.copy.with.rewrite.enable": "true",
  };
}

/** Does as Dataproc does: runs the driver with Spark, here on this machine, over a double's buckets. */
export function sparkOver(place: Place): Worker {
  return async (work) => {
    const folder = await mkdtemp(path.join(tmpdir(), "marquee-dataproc-"));
    try {
      const driver = path.join(folder, "driver.py");
      await writeFile(driver, await textAt(place.storage, work.mainPythonFileUri));
      work.becomes("RUNNING");
      const { code, printed } = await sparkSubmit(place.storage, driver, work, folder);
      const name = `google-cloud-dataproc-metainfo/${path.basename(work.id)}/driveroutput`;
      await putText(place, `${name}.000000000`, printed);
      const details = code === 0 ? "" : `Driver program ended with code ${String(code)}`;
      return { succeeded: code === 0, details, output: `gs://${place.scratch}/${name}` };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

async function sparkSubmit(
  storage: string,
  driver: string,
  { args, properties, cancelled }: Work,
  folder: string,
): Promise<{ code: number | null; printed: string }> {
  const installation = await findSpark();
  const settings = {
    ...properties,
    ...connectorSettings(storage),
    "spark.local.dir": folder,
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
  };
  const child = spawn(
    path.join(installation.home, "bin", "spark-submit"),
    [
      ...["--master", "local[2]", "--driver-memory", "2g", "--driver-class-path", connector],
      ...Object.entries(settings).flatMap(([name, value]) => ["--conf", `${name}=${value}`]),
      ...[driver, ...args],
    ],
    {
      // A group of its own, so that nothing is left of it when it is cancelled.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...sparkVariables(installation) },
    },
  );
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (printed += text));
  }
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // All of it has ended.
    }
  };
  cancelled.addEventListener("abort", end, { once: true });
  // It may have been cancelled while the driver was fetched.
  if (cancelled.aborted) end();
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => {
    cancelled.removeEventListener("abort", end);
  });
  return { code, printed };
}

async function textAt(storage: string, address: string): Promise<string> {
  const [, bucket = "", name = ""] = /^gs:\/\/([^/]+)\/(.*)$/.exec(address) ?? [];
  const where = `${storage}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`;
  const response = await fetch(where);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.text();
}

async function putText({ storage, scratch }: Place, name: string, text: string): Promise<void> {
  const where = `${storage}/upload/storage/v1/b/${scratch}/o?uploadType=media&name=${encodeURIComponent(name)}`;
  const response = await fetch(where, { method: "POST", body: text });
  if (!response.ok) throw new Error(`${where}: ${await response.text()}`);
}
