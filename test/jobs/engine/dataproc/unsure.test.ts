import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { endless, reporting } from "../../../support/cloud/dataproc-double-bucket.ts";
import type { Trouble } from "../../../support/cloud/dataproc-double.ts";
import type { Worker } from "../../../support/cloud/dataproc-double-jobs.ts";
import {
  askedOf,
  impatient,
  type OnDataproc,
  onDataproc,
} from "../../../support/cloud/dataproc-double-place.ts";
import { failure } from "../../../support/errors.ts";

const jobId = "marquee-dev-20261121t173203z-ab12-1";
const job = `projects/example-marquee-dev/regions/us-central1/jobs/${jobId}`;
const batch = `projects/example-marquee-dev/locations/us-central1/batches/${jobId}`;
const console = new RegExp(`https://console\\.cloud\\.google\\.com/dataproc/\\S*${jobId}/`);

/** Does not end as soon as it is cancelled. */
const endingIn =
  (milliseconds: number): Worker =>
  async (work) => {
    const ended = await endless(work);
    await sleep(milliseconds);
    return ended;
  };
const slow = endingIn(60);

type Code = Trouble["code"];

/** The client asks again after these, until its time is over. */
const askedAgain: readonly Code[] = ["UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED"];
/** None of these says whether a job was taken. */
const unsure: readonly Code[] = [...askedAgain, "UNKNOWN", "CANCELLED", "ABORTED", "DATA_LOSS"];

const refusals: readonly Code[] = [
  "INVALID_ARGUMENT",
  "NOT_FOUND",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "UNIMPLEMENTED",
  "UNAUTHENTICATED",
];

/** Has each try fail that way, the first one after it was taken where `isDone` says so. */
function failing(method: string, code: Code, isDone: boolean): Trouble[] {
  const times = askedAgain.includes(code) ? 99 : 0;
  return [
    { method, code, times: 1, isDone, details: "Stream removed" },
    { method, code, times },
  ];
}

/** How a run ends, and how the jobs stood each time that something was noted. */
async function failed({ place, bucket, dataproc }: OnDataproc): Promise<{
  line: string;
  noted: (readonly [string | undefined, ...string[]])[];
}> {
  const noted: (readonly [string | undefined, ...string[]])[] = [];
  const note = bucket.note.bind(bucket);
  bucket.note = (name) => {
    noted.push([name, ...Object.values(dataproc.states())]);
    return note(name);
  };
  const run = place.run(await askedOf(), () => undefined);
  return { line: (await failure(run, "cloud")).line, noted };
}

const quick = { ...impatient, answerSeconds: 0.2 };

describe("Spark's work of which Dataproc does not say whether it was taken", () => {
  for (const code of unsure) {
    it(`is ended where it is found late, and forgotten only once it has ended: ${code}`, async () => {
      await onDataproc(
        () => slow,
        async (all) => {
          all.dataproc.troubles.push(
            ...failing("SubmitJob", code, true),
            { method: "CancelJob", code: "NOT_FOUND", times: 1 },
            { method: "GetJob", code: "NOT_FOUND", times: 1 },
          );
          const { line, noted } = await failed(all);
          expect(line).to.match(/^submitting Spark's work: /);
          expect(noted).to.deep.equal([[job], [undefined, "CANCELLED"]]);
          expect(all.told.at(-1)).to.match(/is cancelled$/);
        },
        { patience: quick },
      );
    });

    it(`stays noted where nobody sees it, which is said: ${code}`, async () => {
      await onDataproc(
        () => slow,
        async (all) => {
          all.dataproc.troubles.push(...failing("SubmitJob", code, false));
          const { noted } = await failed(all);
          expect(noted).to.deep.equal([[job]]);
          expect(all.told.at(-1)).to.include(
            `${job} may still be at work, or come to be. Run again: the next run ends what it finds of it. Look at `,
          );
          expect(all.told.at(-1)).to.match(console);
        },
        { patience: { ...quick, cancelSeconds: 0.1 } },
      );
    });
  }

  it("is ended late as a batch too", async () => {
    await onDataproc(
      () => slow,
      async (all) => {
        all.dataproc.troubles.push(...failing("CreateBatch", "UNKNOWN", true), {
          // The first one is asked before it is cancelled.
          ...{ method: "GetBatch", code: "NOT_FOUND", times: 2 },
        });
        const { noted } = await failed(all);
        expect(noted).to.deep.equal([[batch], [undefined, "CANCELLED"]]);
      },
      { mode: "batch" },
    );
  });

  it("has all its time to end, however late it is found", async () => {
    await onDataproc(
      // It is found after 2.4 s and ends 2 s later: each within 4 s, on a slow machine too, both not.
      () => endingIn(2000),
      async (all) => {
        all.dataproc.troubles.push(
          ...failing("SubmitJob", "UNKNOWN", true),
          { method: "CancelJob", code: "NOT_FOUND", times: 1 },
          // Until less time is left than it takes to end.
          { method: "GetJob", code: "NOT_FOUND", times: 6 },
        );
        const { noted } = await failed(all);
        expect(noted).to.deep.equal([[job], [undefined, "CANCELLED"]]);
      },
      { patience: { ...impatient, pollSeconds: 0.4, cancelSeconds: 4 } },
    );
  });

  it("stays noted where Dataproc cannot be asked for it either", async () => {
    await onDataproc(
      () => slow,
      async (all) => {
        all.dataproc.troubles.push(...failing("SubmitJob", "UNAVAILABLE", true), {
          ...{ method: "CancelJob", code: "UNAVAILABLE", times: 99 },
        });
        const { line, noted } = await failed(all);
        expect(line).to.match(/^submitting Spark's work: /);
        expect(noted).to.deep.equal([[job]]);
        expect(all.told.at(-1)).to.match(/^cancelling \S+: Google Cloud does not answer/);
        expect(all.told.at(-1)).to.include(`${job} may still be at work, or come to be`);
        expect(all.told.at(-1)).to.match(console);
      },
      { patience: quick },
    );
  });

  it("is not followed by another, whose note would be written over its own", async () => {
    await onDataproc(
      (bucket) => reporting(bucket, {}),
      async (all) => {
        all.dataproc.troubles.push(...failing("SubmitJob", "UNKNOWN", false));
        await failed(all);
        const { line, noted } = await failed(all);
        expect(line).to.match(
          /may still be at work.*Run again: the next run ends what it finds of it/,
        );
        expect(line).to.match(console);
        expect(noted).to.deep.equal([]);
        expect(all.dataproc.states()).to.deep.equal({});
      },
      { patience: { ...impatient, cancelSeconds: 0.1 } },
    );
  });
});

describe("Spark's work that Dataproc refuses", () => {
  for (const code of refusals) {
    it(`is forgotten at once: ${code}`, async () => {
      await onDataproc(
        () => slow,
        async (all) => {
          all.dataproc.troubles.push({ method: "SubmitJob", code, times: 1 });
          const { noted } = await failed(all);
          expect(noted).to.deep.equal([[job], [undefined]]);
          expect(all.dataproc.asked.map(({ method }) => method)).not.to.include("CancelJob");
          expect(all.told).to.deep.equal([]);
        },
      );
    });
  }

  it("is ended where an earlier try was taken", async () => {
    await onDataproc(
      () => slow,
      async (all) => {
        all.dataproc.troubles.push(
          { method: "SubmitJob", code: "UNAVAILABLE", times: 1, isDone: true },
          { method: "SubmitJob", code: "RESOURCE_EXHAUSTED", times: 1 },
        );
        const { noted } = await failed(all);
        expect(noted).to.deep.equal([[job], [undefined, "CANCELLED"]]);
      },
    );
  });
});

describe("Spark's work on Dataproc that cannot be looked at", () => {
  it("is ended, and forgotten only once it was seen to have ended", async () => {
    await onDataproc(
      () => slow,
      async (all) => {
        all.dataproc.troubles.push(
          { method: "GetJob", code: "UNKNOWN", times: 1 },
          { method: "GetJob", code: "NOT_FOUND", times: 1 },
        );
        const { line, noted } = await failed(all);
        expect(line).to.match(/^asking for /);
        expect(noted).to.deep.equal([[job], [undefined, "CANCELLED"]]);
      },
    );
  });

  it("is not taken for refused by what a look at it says", async () => {
    await onDataproc(
      () => slow,
      async (all) => {
        all.dataproc.troubles.push(
          { method: "GetJob", code: "PERMISSION_DENIED", times: 1 },
          { method: "GetJob", code: "NOT_FOUND", times: 99 },
        );
        const { noted } = await failed(all);
        expect(noted).to.deep.equal([[job]]);
      },
      { patience: { ...impatient, cancelSeconds: 0.1 } },
    );
  });

  it("is not waited for for ever where it cannot be cancelled", async () => {
    await onDataproc(
      () => slow,
      async (all) => {
        all.dataproc.troubles.push(
          { method: "GetJob", code: "UNKNOWN", times: 1 },
          { method: "CancelJob", code: "NOT_FOUND", times: 999 },
        );
        const { noted } = await failed(all);
        expect(noted).to.deep.equal([[job]]);
        expect(all.told.at(-1)).to.match(/was to end \d+ s ago and is still running: /);
      },
      // Each answer has no longer than this either, also on a slow machine.
      { patience: { ...impatient, cancelSeconds: 2 } },
    );
  });
});
