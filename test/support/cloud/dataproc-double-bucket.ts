import type { Report } from "../../../jobs/engine/spark/manifest.ts";
import type { WorkBucket } from "../../../jobs/engine/spark/dataproc/work-bucket.ts";
import type { Table } from "../../../sql/catalog/types.ts";
import type { Ended, Work } from "./dataproc-double-jobs.ts";

/** A bucket in memory, which has texts alone: of tables it keeps which ones came and went. */
export class HeldBucket implements WorkBucket {
  readonly texts = new Map<string, string>();
  readonly put: string[] = [];
  readonly fetched: string[] = [];
  readonly notes: (string | undefined)[] = [];

  putWork(_root: string, tables: readonly Table[]): Promise<string> {
    this.put.push(...tables.map(({ id }) => id));
    return Promise.resolve("gs://lake/work/run");
  }

  putDriver(text: string): Promise<string> {
    return this.putText("drivers/driver.py", text);
  }

  putText(name: string, text: string): Promise<string> {
    this.texts.set(name, text);
    return Promise.resolve(`gs://lake/${name}`);
  }

  getText(name: string): Promise<string | undefined> {
    return Promise.resolve(this.texts.get(name));
  }

  fetchWork(_root: string, tables: readonly Table[]): Promise<void> {
    this.fetched.push(...tables.map(({ id }) => id));
    return Promise.resolve();
  }

  note(sparkJob: string | undefined): Promise<void> {
    this.notes.push(sparkJob);
    return Promise.resolve();
  }

  textAt(address: string): string {
    const text = this.texts.get(address.replace("gs://lake/", ""));
    if (text === undefined) throw new Error(`there is no ${address}`);
    return text;
  }
}

/** Does as the driver does where all goes well: leaves its report where the manifest says. */
export function reporting(
  bucket: HeldBucket,
  report: Partial<Report>,
): (work: Work) => Promise<Ended> {
  return async ({ args, becomes }) => {
    becomes("RUNNING");
    const { report: address } = JSON.parse(bucket.textAt(args.at(-1) ?? "")) as { report: string };
    const whole = { spark: "3.5.9", models: [], checks: [], ...report };
    await bucket.putText(address.replace("gs://lake/", ""), JSON.stringify(whole));
    return { succeeded: whole.failure === undefined };
  };
}

/** Works until somebody cancels it. */
export function endless({ cancelled, becomes }: Work): Promise<Ended> {
  becomes("RUNNING");
  return new Promise((resolve) => {
    cancelled.addEventListener("abort", () => {
      resolve({ succeeded: false });
    });
  });
}
