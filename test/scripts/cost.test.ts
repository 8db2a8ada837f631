import { existsSync } from "node:fs";
import path from "node:path";

import { TerraformResource, type TerraformStack } from "cdktf";
import { expect } from "chai";

import { estimate, estimateAtRest } from "../../scripts/cost/estimate.ts";
import { type Assumptions, type Item, usualAssumptions } from "../../scripts/cost/items.ts";
import { kinds } from "../../scripts/cost/kinds.ts";
import { readOptions } from "../../scripts/cost/options.ts";
import { type PriceTable, readPrices } from "../../scripts/cost/prices.ts";
import {
  countsOf,
  newApp,
  type Resource,
  resourcesIn,
  resourcesOf,
} from "../../scripts/cost/resources.ts";
import { costJson, costText } from "../../scripts/cost/text.ts";
import { readSettings } from "../../settings/read-settings.ts";
import type { ClusterSettings, Settings } from "../../settings/settings.ts";
import { platform } from "../../stacks/platform.ts";
import { catalog } from "../support/catalog.ts";
import { failure } from "../support/errors.ts";
import { withFolder } from "../support/folder.ts";
import { runProgram } from "../support/program.ts";

let [dev, table] = [{} as Settings, {} as PriceTable];

async function estimated(settings: Settings, changes: Partial<Assumptions> = {}) {
  const resources = resourcesOf(settings, await catalog());
  return estimate(settings, resources, table, { ...usualAssumptions, ...changes });
}

/** Dev with another cluster, or none. */
function withCluster(changes: Partial<ClusterSettings>): Settings {
  return { ...dev, spark: { ...dev.spark, cluster: { ...dev.spark.cluster, ...changes } } };
}

function inBatches(): Settings {
  return { ...dev, spark: { ...dev.spark, mode: "batch" } };
}

/** To a hundredth of a cent, since the fractions of a month do not end. */
function expectCosts(items: readonly Item[], when: Item["when"], expected: [string, number][]) {
  const found = items.filter((item) => item.when === when);
  expect(found.map(({ what }) => what)).to.deep.equal(expected.map(([what]) => what));
  for (const [index, [what, usd]] of expected.entries()) {
    expect(found[index]!.usdPerMonth, what).to.be.closeTo(usd, 0.0001);
  }
}

describe("npm run cost", () => {
  before(async () => {
    [dev, table] = [await readSettings("dev"), await readPrices()];
    // Whatever dev's cluster waits for, the sums below are of ten minutes.
    dev = withCluster({ idleMinutes: 10 });
  });

  it("counts a single node for the work and the idle minutes of each run", async () => {
    const { items, atRest, running, total, notPriced } = await estimated(dev);
    expectCosts(items, "at rest", [
      ["files in 3 buckets, old versions included", 0.1], // 5 GB at 2 cents
      ["37 tables", 0], // 5 GiB of the free 10
    ]);
    // 30 runs of 20 and 10 minutes are 15 hours.
    expectCosts(items, "running", [
      ["queries", 0], // 100 GiB of the free 1,024
      ["single node, n2-standard-4", 2.91354], // 15 hours of 19.4236 cents
      ["Dataproc's fee", 0.6], // 15 hours of 4 cents
      ["disks of the machines, pd-balanced", 0.20548], // 15 of 730 hours of 10 dollars
    ]);
    expect(atRest).to.be.closeTo(0.1, 1e-9);
    expect(running).to.be.closeTo(3.71902, 0.0001);
    expect(total).to.be.closeTo(3.81902, 0.0001);
    expect(notPriced).to.deep.equal([]);
  });

  it("counts a cluster's workers, and half of the spot machines that it may have", async () => {
    const settings = withCluster({ primaryWorkers: 2, spotWorkers: 5 });
    const { items, notes } = await estimated(settings);
    expectCosts(items, "running", [
      ["queries", 0],
      ["master, n2-standard-4", 2.91354],
      ["2 primary workers, n2-standard-4", 5.82708], // twice as much
      ["2.5 of at most 5 spot workers, n2-standard-4", 2.2482], // 37.5 hours of 5.9952 cents
      ["Dataproc's fee", 3.3], // 5.5 machines are 22 vCPUs, 15 hours of 22 cents
      ["disks of the machines, pd-balanced", 1.13014], // 15 of 730 hours of 55 dollars
    ]);
    expect(notes.join()).to.include("Half of the spot workers");
  });

  it("prices machines by their family, shape and size", async () => {
    const settings = withCluster({ machineType: "e2-highmem-8", primaryWorkers: 2 });
    const [, master, workers] = (await estimated(settings)).items.filter(
      ({ when }) => when === "running",
    );
    // An hour: 8 vCPUs are 17.449272 cents, 64 GB are 18.710592.
    expect(master!.usdPerMonth).to.be.closeTo(15 * 0.36159864, 0.0001);
    expect(workers!.usdPerMonth).to.be.closeTo(30 * 0.36159864, 0.0001);

    const unknown = await estimated(
      withCluster({ machineType: "c4-standard-8", primaryWorkers: 2, spotWorkers: 2 }),
    );
    expect(unknown.notPriced).to.deep.equal([
      { what: "machine type c4-standard-8", count: 1 },
      { what: "machine type c4-standard-8", count: 2 },
      { what: "spot machine type c4-standard-8", count: 1 },
    ]);
    expect(costText(unknown)).to.match(/\nnot priced: machine type c4-standard-8 \(2\)\n/);
    // Only the disks of 4 machines: 15 of 730 hours of 40 dollars.
    expect(unknown.running).to.be.closeTo(0.82192, 0.0001);
  });

  it("takes the idle minutes from the cluster that would be deployed", async () => {
    const { running, notes } = await estimated(withCluster({ idleMinutes: 40 }));
    expect(running).to.be.closeTo(2 * 3.71902, 0.0001);
    expect(notes.join()).to.include("deleted after 40 idle minutes");
    const ends = await estimated(dev, { runs: 4000 });
    expect(ends.notes.join()).to.include("all month");
    // 730 hours of 19.4236 and 4 cents, and a disk of 10 dollars.
    expect(ends.running).to.be.closeTo(141.79228 + 29.2 + 10, 0.0001);

    const resources = JSON.parse(
      JSON.stringify(resourcesOf(dev, await catalog())).replace('"idle_delete_ttl":"600s"', ""),
    ) as Resource[];
    const stays = estimate(dev, resources, table);
    expect(stays.atRest).to.be.closeTo(0.1 + 180.99228, 0.0001);
    expect(stays.running).to.equal(0);
  });

  it("says of a cluster that it cannot make out that it is not priced", async () => {
    const settings = withCluster({ primaryWorkers: 2, spotWorkers: 2 });
    const resources = resourcesOf(settings, await catalog());
    const without = resources.filter(({ type }) => !type.endsWith("autoscaling_policy"));
    expect(estimate(settings, without, table).notPriced).to.deep.equal([
      { what: "google_dataproc_cluster of a kind that is not known", count: 1 },
    ]);
  });

  it("counts serverless batches by the settings", async () => {
    const { items, notes } = await estimated(inBatches());
    // A core with 4 GB is one unit: 12 of them for 30 runs of 20 minutes are 120 hours.
    expectCosts(items, "running", [
      ["queries", 0],
      ["serverless batches, a driver and 2 executors", 7.2], // 120 hours of 6 cents
      ["shuffle storage of the batches", 0.65753], // 10 of 730 hours of 1,200 GB at 4 cents
    ]);
    expect(notes.join()).to.include("4 GB of memory and 100 GB of disk for each core");
    expect((await estimated(inBatches(), { runs: 0 })).running).to.equal(0);
  });

  it("counts a key's version, and tells that there will be more", async () => {
    const { items, atRest, notes } = await estimated({ ...dev, customerManagedKeys: true });
    expectCosts(items, "at rest", [
      ["files in 3 buckets, old versions included", 0.1],
      ["1 key, the first version of each", 0.06],
      ["37 tables", 0],
    ]);
    expect(atRest).to.be.closeTo(0.16, 1e-9);
    expect(notes.join()).to.include("every 90 days");
  });

  it("takes free amounts off once, and no more", async () => {
    const stored = { lakeGigabytes: 250, warehouseGigabytes: 60 };
    const { items } = await estimated(dev, { ...stored, queryGigabytes: 3 * 1024 });
    expectCosts(items, "at rest", [
      ["files in 3 buckets, old versions included", 5], // 250 GB at 2 cents
      ["37 tables", 1], // 50 GiB at 2 cents
    ]);
    expect(items.find(({ what }) => what === "queries")!.usdPerMonth).to.equal(12.5); // 2 TiB
  });

  it("finds nothing but storage in dev while nothing runs", async () => {
    const list = estimateAtRest(dev, resourcesOf(dev, await catalog()), table);
    const costly = list.filter(({ usdPerMonth = 1 }) => usdPerMonth > 0);
    expect(costly.map(({ what }) => what)).to.deep.equal([
      "google_compute_firewall",
      "google_compute_subnetwork",
      "google_storage_bucket",
    ]);
    const of = (type: string) => list.find(({ what }) => what === type);
    expect(of("google_storage_bucket")).to.deep.include({ count: 3, usdPerMonth: 0.1 });
    // Its log costs something while somebody talks, and nobody knows how much.
    expect(of("google_compute_firewall")?.usdPerMonth).to.be.undefined;
    expect(of("google_dataproc_cluster")).to.deep.include({ count: 1, usdPerMonth: 0 });
  });

  it("knows every type of resource that the stacks make", async () => {
    const prod = await readSettings("prod");
    const all = [dev, prod, inBatches(), { ...dev, customerManagedKeys: true }];
    for (const settings of all) {
      const resources = resourcesOf(settings, await catalog());
      const { items, notPriced } = estimate(settings, resources, table);
      expect(notPriced).to.deep.equal([]);
      const types = [...countsOf(resources).keys()];
      const priced = types.filter((type) => kinds[type]?.bill === "priced").sort();
      const itemized = new Set(items.flatMap(({ type }) => type ?? []));
      expect([...itemized].sort()).to.deep.equal(priced);
    }
  });

  it("says which types of resources it does not know", async () => {
    const app = platform(dev, await catalog(), newApp());
    const [stack] = app.node.children;
    const terraformResourceType = "google_pubsub_topic";
    for (const id of ["one", "two"])
      new TerraformResource(stack as TerraformStack, id, { terraformResourceType });
    const resources = resourcesIn(app);
    const found = estimate(dev, resources, table);
    expect(found.notPriced).to.deep.equal([{ what: "google_pubsub_topic", count: 2 }]);
    expect(costText(found)).to.match(/\nnot priced: google_pubsub_topic \(2\)$/);
    const atRest = estimateAtRest(dev, resources, table);
    const topic = atRest.find(({ what }) => what === "google_pubsub_topic");
    expect(topic).to.deep.include({ count: 2, why: "not priced", usdPerMonth: undefined });
  });

  it("warns where the month costs more than the budget, or prices are of another region", async () => {
    const resources = resourcesOf(dev, await catalog());
    const told = (changes: Partial<Settings>) =>
      costText(estimate({ ...dev, ...changes }, resources, table)).split("\n");
    const budget = { ...dev.budget!, monthly: 3 };
    const above = "Above the budget: 3.82 USD, and not the 3 USD of settings/dev.yml.";
    expect(told({ budget })).to.include(above);
    const region = "The prices are of us-central1, and dev is in europe-west1: there they differ.";
    expect(told({ region: "europe-west1" })).to.include(region);
    for (const quiet of [dev.budget, undefined]) {
      expect(told({ budget: quiet }).join()).not.to.match(/budget|there they differ/);
    }
    const euros = { ...budget, currency: "EUR" };
    expect(estimate({ ...dev, budget: euros }, resources, table).budget?.isExceeded).to.be.false;
    expect(told({ budget: euros })).to.include(
      "The budget, 3 EUR of settings/dev.yml, is in another currency.",
    );
  });

  it("holds each price with a source, of a day that has been", () => {
    expect(Date.parse(table.date)).to.be.at.most(Date.now());
    for (const [name, { source, note }] of Object.entries(table.prices)) {
      expect(source, name).to.match(/^https:\/\/cloud\.google\.com\/\S+pricing$/);
      expect(note, name).to.match(/\.$/);
    }
    // The list has the machine whole, too.
    const { n2_vcpu, n2_ram, e2_vcpu, e2_ram } = table.prices;
    expect(4 * n2_vcpu.amount + 16 * n2_ram.amount).to.be.closeTo(0.1942, 0.00005);
    expect(4 * e2_vcpu.amount + 16 * e2_ram.amount).to.be.closeTo(0.134, 0.00005);
  });

  it("prints a table and writes nothing", async () => {
    await withFolder(async (folder) => {
      const out = path.join(folder, "out");
      const args = ["--env", "dev", "--runs", "60", "--lake-gigabytes", "7.5"];
      const { code, stdout, stderr } = await runProgram("scripts/cost.ts", args, {
        env: { ...process.env, CDKTF_OUTDIR: out },
      });
      expect([code, stderr]).to.deep.equal([0, ""]);
      expect(stdout).to.match(/^dev, a month +how much +price +USD\n/);
      expect(stdout).to.match(/\nat rest, nothing runs +0\.15\n/);
      expect(stdout).to.match(/\nwith 60 runs and 100 GiB of queries +12\.40\n\ntotal +12\.55\n/);
      expect(Math.max(...stdout.split("\n").map(({ length }) => length))).to.be.at.most(100);
      expect(existsSync(out)).to.be.false;
    });
  });

  it("tells the same as one JSON object", async () => {
    const said = JSON.parse(costJson(await estimated(dev, { runs: 60 }))) as Record<
      string,
      unknown
    >;
    expect(said).to.include({ environment: "dev", at_rest: 0.1, running: 7.438, total: 7.538 });
    expect(said["budget"]).to.deep.equal({ monthly: 50, currency: "USD", is_exceeded: false });
    expect(said["assumptions"]).to.include({ lake_gigabytes: 5, runs: 60, run_minutes: 20 });
  });

  it("refuses what is no number from 0, in one line", async () => {
    const wrong = ["--runs=-1", "--runs=1.5", "--lake-gigabytes=much", "--query-gigabytes=1e999"];
    for (const said of [...wrong, "--run-minutes="]) {
      const reading = Promise.resolve().then(() => readOptions([said]));
      const { line, exitCode } = await failure(reading, "usage");
      expect(exitCode).to.equal(2);
      const [option, value] = said.split("=") as [string, string];
      expect(line).to.include(`option '${option} <number>' argument '${value}' is invalid`);
    }
  });
});
