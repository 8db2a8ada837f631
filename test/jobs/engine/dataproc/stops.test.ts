import { expect } from "chai";

import { MarqueeError } from "../../../../errors.ts";
import { cancelJob } from "../../../../jobs/engine/spark/dataproc/place.ts";
import type { Service } from "../../../../jobs/engine/spark/dataproc/service.ts";
import { end } from "../../../../jobs/engine/spark/dataproc/waiting.ts";
import { endless } from "../../../support/cloud/dataproc-double-bucket.ts";
import type { Worker } from "../../../support/cloud/dataproc-double-jobs.ts";
import {
  askedOf,
  impatient,
  type OnDataproc,
  onDataproc,
} from "../../../support/cloud/dataproc-double-place.ts";
import { failure } from "../../../support/errors.ts";
import { quietLog } from "../../../support/pipeline.ts";
import { until } from "../../../support/until.ts";

const interrupted = new MarqueeError({ reason: "interrupted", what: "stopped by SIGINT" });

/** Heeds nobody until it is told to. */
function stubborn(): { worker: Worker; giveUp: () => void } {
  let giveUp = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    giveUp = resolve;
  });
  return { worker: () => given.then(() => ({ succeeded: false })), giveUp };
}

const statesOf = ({ dataproc }: OnDataproc): string[] => Object.values(dataproc.states());

describe("Spark's work on Dataproc that is stopped", () => {
  for (const mode of ["cluster", "batch"] as const) {
    it(`is cancelled by a signal, which is said once it has ended: ${mode}`, async () => {
      const stop = new AbortController();
      await onDataproc(
        () => endless,
        async (all) => {
          const run = all.place.run(await askedOf(), () => undefined);
          const stopped = failure(run, "interrupted");
          await until(() => statesOf(all).includes("RUNNING"));
          stop.abort(interrupted);
          await all.place.close();
          expect(statesOf(all)).to.deep.equal(["CANCELLED"]);
          expect((await stopped).message).to.equal("stopped by SIGINT");
          expect(all.told.at(-2)).to.match(/^cancelling Spark's work on/);
          expect(all.told.at(-1)).to.match(/is cancelled$/);
          expect(all.bucket.notes.at(-1)).to.equal(undefined);
        },
        { stop: stop.signal, mode },
      );
    });
  }

  it("is not submitted after a signal", async () => {
    const stop = new AbortController();
    await onDataproc(
      () => endless,
      async (all) => {
        stop.abort(interrupted);
        await failure(
          all.place.run(await askedOf(), () => undefined),
          "interrupted",
        );
        expect(statesOf(all)).to.deep.equal([]);
        expect(all.bucket.notes.at(-1)).to.equal(undefined);
      },
      { stop: stop.signal },
    );
  });

  it("is neither submitted nor looked for where the signal comes while it is noted", async () => {
    const stop = new AbortController();
    await onDataproc(
      () => endless,
      async (all) => {
        const { bucket, dataproc } = all;
        const note = bucket.note.bind(bucket);
        bucket.note = (name) => {
          stop.abort(interrupted);
          return note(name);
        };
        await failure(
          all.place.run(await askedOf(), () => undefined),
          "interrupted",
        );
        expect(bucket.notes).to.have.length(2);
        expect(bucket.notes.at(-1)).to.equal(undefined);
        expect(dataproc.asked.map(({ method }) => method)).to.deep.equal(["GetCluster"]);
      },
      { stop: stop.signal },
    );
  });

  it("is cancelled also where the signal comes while it is submitted", async () => {
    const stop = new AbortController();
    await onDataproc(
      () => endless,
      async (all) => {
        const trouble = { method: "SubmitJob", code: "UNAVAILABLE", times: 2 } as const;
        all.dataproc.troubles.push({ ...trouble });
        const run = all.place.run(await askedOf(), () => undefined);
        const stopped = failure(run, "interrupted");
        await until(() => all.dataproc.asked.some(({ method }) => method === "SubmitJob"));
        stop.abort(interrupted);
        await all.place.close();
        await stopped;
        expect(statesOf(all)).to.deep.equal(["CANCELLED"]);
      },
      { stop: stop.signal },
    );
  });

  it("is cancelled where it takes too long", async () => {
    await onDataproc(
      () => endless,
      async (all) => {
        const run = all.place.run(await askedOf(), () => undefined);
        const { line } = await failure(run, "cloud");
        expect(line).to.match(
          /^Spark on the cluster marquee-dev-spark is still running after 0 s, which is the limit\. Look at https:/,
        );
        expect(statesOf(all)).to.deep.equal(["CANCELLED"]);
      },
      { patience: { ...impatient, limitSeconds: 0.1 } },
    );
  });

  it("is left alone where it does not end, which is said", async () => {
    const stop = new AbortController();
    const { worker, giveUp } = stubborn();
    await onDataproc(
      () => worker,
      async (all) => {
        try {
          const run = all.place.run(await askedOf(), () => undefined);
          const stopped = failure(run, "interrupted");
          await until(() => statesOf(all).length > 0);
          stop.abort(interrupted);
          await all.place.close();
          await stopped;
          expect(all.told.at(-1)).to.match(
            /was cancelled \d+ s ago and is still cancel started: \S+\/jobs\/\S+ may still be at work, .* the next run ends what it finds of it\. Look at https:/,
          );
          // Whoever comes after finds it by the note.
          expect(all.bucket.notes.at(-1)).to.match(/\/jobs\//);
        } finally {
          // The double's own end waits for it, and would hide what has failed.
          giveUp();
        }
      },
      // Each answer has no longer than this either, also on a slow machine.
      { stop: stop.signal, patience: { ...impatient, cancelSeconds: 2 } },
    );
  });

  for (const mode of ["cluster", "batch"] as const) {
    it(`is ended by whoever finds it after a run was killed: ${mode}`, async () => {
      await onDataproc(
        () => endless,
        async (all) => {
          const { cloud, log } = all.circumstances;
          const run = failure(
            all.place.run(await askedOf(), () => undefined),
            "cloud",
          );
          await until(() => statesOf(all).includes("RUNNING"));
          const name = all.bucket.notes[0] ?? "";
          expect(await cancelJob(cloud, name, log, impatient)).to.equal(true);
          expect(statesOf(all)).to.deep.equal(["CANCELLED"]);
          await run;
          // What has ended, and what never was, is left alone.
          const before = all.dataproc.asked.length;
          expect(await cancelJob(cloud, name, log, impatient)).to.equal(false);
          expect(await cancelJob(cloud, `${name}0`, log, impatient)).to.equal(false);
          const methods = all.dataproc.asked.slice(before).map(({ method }) => method);
          expect(methods.join()).not.to.include("Cancel");
        },
        { mode },
      );
    });
  }

  for (const silent of ["cancel", "standing"] as const) {
    it(`is not waited for longer where Dataproc says nothing any more: ${silent}`, async () => {
      const never = new Promise<never>(() => undefined);
      const answers = { cancel: Promise.resolve(true), standing: Promise.resolve(undefined) };
      const service = {
        where: "the cluster",
        consoleOf: () => "https://console",
        cancel: () => (silent === "cancel" ? never : answers.cancel),
        standing: () => (silent === "standing" ? never : answers.standing),
      } as unknown as Service;
      const patience = { ...impatient, cancelSeconds: 0.2 };
      const { line } = await failure(end({ service, patience, log: quietLog() }, "job"), "cloud");
      expect(line).to.equal(
        "Dataproc does not say whether Spark's work on the cluster has ended. Look at https://console, and run again",
      );
    });
  }
});
