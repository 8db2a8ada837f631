import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { expect } from "chai";

import { MarqueeError } from "../../errors.ts";
import { type Cloud, cloudOf } from "../../jobs/cloud/cloud.ts";
import type { Session } from "../../jobs/duckdb.ts";
import type { Question } from "../../jobs/engine/engine.ts";
import { DataprocSpark } from "../../jobs/engine/spark/dataproc/place.ts";
import type { WorkBucket } from "../../jobs/engine/spark/dataproc/work-bucket.ts";
import { SparkEngine } from "../../jobs/engine/spark/engine.ts";
import { findSpark } from "../../jobs/engine/spark/installation.ts";
import { BucketLake } from "../../jobs/lake/bucket/bucket-lake.ts";
import { writeTable } from "../../jobs/lake/table-files.ts";
import type { Table } from "../../sql/catalog/types.ts";
import { tableOf } from "../support/catalog.ts";
import { type DataprocDouble, startDataproc } from "../support/cloud/dataproc-double.ts";
import { cluster, runId } from "../support/cloud/dataproc-double-place.ts";
import { connectorIsThere, sparkOver } from "../support/cloud/dataproc-double-spark.ts";
import { describeOnCloud } from "../support/cloud/doubles.ts";
import { failure } from "../support/errors.ts";
import { quietLog } from "../support/pipeline.ts";
import { withSession } from "../support/read-source.ts";
import { devWith } from "../support/stacks.ts";
import { during } from "../support/until.ts";
import { setVariables } from "../support/variables.ts";

const sparkIsThere = await findSpark().then(
  () => connectorIsThere(),
  () => false,
);

/** A model of one column, in the place of a table of the catalogue. */
async function modelOf(id: string, select: string): Promise<Table> {
  const table = await tableOf(id);
  const columns = [{ ...table.columns[0]!, name: "found", type: "BIGINT" as const }];
  return { ...table, columns, key: ["found"], cluster: [], select };
}

describeOnCloud("Spark's work on Dataproc, done by Spark", "gs://, cancelling", (shared) => {
  if (!sparkIsThere) {
    it.skip(
      "SKIPPED: there is no Spark that knows gs://; scripts/setup/spark.sh and gcs-connector.sh install it",
    );
    return;
  }
  let cloud: Cloud;
  let dataproc: DataprocDouble;
  let restore = (): void => undefined;
  before(async () => {
    cloud = cloudOf(await devWith());
    const { storage } = shared.doubles;
    const { lake, scratch } = cloud.names;
    for (const name of [lake, scratch]) {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ name });
      const made = await fetch(`${storage}/storage/v1/b?project=any`, {
        method: "POST",
        headers,
        body,
      });
      expect(made.status, await made.text()).to.equal(200);
    }
    dataproc = await startDataproc(sparkOver({ storage, scratch }));
    dataproc.clusters.set(cluster, { state: "RUNNING", image: "2.3-ml-ubuntu22" });
    restore = setVariables({ MARQUEE_DATAPROC_ENDPOINT: dataproc.endpoint });
  });
  after(async () => {
    restore();
    await dataproc.stop();
  });

  /** A run with a lease of its own, and four links in its work folder. */
  async function inRun(
    id: string,
    use: (run: {
      bucket: BucketLake;
      session: Session;
      work: string;
      links: Table;
    }) => Promise<void>,
  ): Promise<void> {
    const claim = { runId: id, startedAt: "2026-11-21T17:32:03Z", sources: ["movielens"] };
    const bucket = await BucketLake.open(cloud, claim, quietLog());
    try {
      await withSession(async (session, work) => {
        const links = { ...(await tableOf("staging.links")), select: "" };
        const rows =
          "select i as movie_id, 'tt' || i as imdb_id, i as tmdb_id from range(1, 5) t(i)";
        await writeTable(session, work, { ...links, select: rows });
        await use({ bucket, session, work, links });
      });
    } finally {
      await bucket.close();
    }
  }

  const quick = { pollSeconds: 0.2 };

  it("makes tables of tables in the bucket, answers, and brings them back", async () => {
    await inRun(runId, async ({ bucket, session, work, links }) => {
      const log = quietLog();
      const place = new DataprocSpark({ cloud, bucket, work, runId, log, patience: quick });
      const engine = new SparkEngine(session, work, place);
      await engine.show([links]);
      const tens = await modelOf("core.dates", "select movie_id * 10 as found from staging.links");
      const sum = await modelOf(
        "marts.average_rating_by_month",
        "select cast(sum(found) as bigint) as found from core.dates",
      );
      const query = "select count(*) as n from core.dates where found > 20";
      const question: Question = { table: tens, check: tens.checks[0]!, query, slice: undefined };
      await engine.announce([tens, sum], [question], () => undefined);
      expect((await engine.make(tens)).rows).to.equal(4);
      expect((await engine.make(sum)).rows).to.equal(1);
      expect(await engine.countFailingRows(question)).to.equal(2);
      // Read from the files that came back.
      const found = await session.table("select found from core.dates order by found");
      expect(found).to.deep.equal([[10n], [20n], [30n], [40n]]);
      expect(await session.table(`select found from ${sum.id}`)).to.deep.equal([[100n]]);
    });
  });

  /** The bucket, with another program in the driver's place. */
  function withDriver(bucket: BucketLake, program: string): WorkBucket {
    return {
      putDriver: () => bucket.putDriver(program),
      putWork: (root, tables, tick) => bucket.putWork(root, tables, tick),
      putText: (name, text) => bucket.putText(name, text),
      getText: (name) => bucket.getText(name),
      fetchWork: (root, tables, tick) => bucket.fetchWork(root, tables, tick),
      note: (job) => bucket.note(job),
    };
  }

  it("tells what a driver printed that died", async () => {
    const id = `${runId}-dies`;
    await inRun(id, async ({ bucket: lake, work, links }) => {
      const bucket = withDriver(
        lake,
        // Spark copies in the background what its driver prints, and ends with it.
        'import os, sys, time\nprint("so far so good", flush=True)\nprint("no more", file=sys.stderr, flush=True)\ntime.sleep(1)\nos._exit(1)\n',
      );
      const log = quietLog();
      const place = new DataprocSpark({ cloud, bucket, work, runId: id, log, patience: quick });
      const asked = { shown: [links], models: [await modelOf("core.dates", "")], questions: [] };
      const { line } = await failure(
        place.run(asked, () => undefined),
        "cloud",
      );
      expect(line).to.match(/\(error\): Driver program ended with code 1 \| .*so far so good/);
      expect(line).to.include("no more");
    });
  });

  it("leaves no process behind where a signal comes", async () => {
    const id = `${runId}-stops`;
    const stop = new AbortController();
    await inRun(id, async ({ bucket: lake, work, links }) => {
      const bucket = withDriver(lake, "import time\ntime.sleep(600)\n");
      const facts = { cloud, bucket, work, runId: id, log: quietLog(), patience: quick };
      const place = new DataprocSpark({ ...facts, stop: stop.signal });
      const run = place.run({ shown: [links], models: [], questions: [] }, () => undefined);
      const stopped = failure(run, "interrupted");
      const name = `work/${id}/spark`;
      const isDriver = (line: string): boolean => /^\S*python\S* .*driver\.py/.test(line);
      await during(stopped, async () => (await processesOf(name)).some(isDriver));
      stop.abort(new MarqueeError({ reason: "interrupted", what: "stopped by SIGINT" }));
      await place.close();
      await stopped;
      expect(await processesOf(name)).to.deep.equal([]);
    });
  });

  /** Commands that run on this machine and name something. */
  async function processesOf(name: string): Promise<string[]> {
    const { stdout } = await promisify(execFile)("ps", ["-eo", "args"], { maxBuffer: 1e8 });
    return stdout.split("\n").filter((line) => line.includes(name));
  }
});
