import { gunzipSync } from "node:zlib";

import { expect } from "chai";

import type { DashboardModel } from "../../../jobs/dashboard/browser/model.ts";
import { escaped } from "../../../jobs/dashboard/html.ts";
import { dashboardPage } from "../../../jobs/dashboard/page.ts";
import type { RunFacts } from "../../../jobs/dashboard/run-facts.ts";

const nasty = `</script><script>alert('x')</script>"&`;
const facts: RunFacts = {
  ...{ runId: "r", finishedAt: "2026-01-01 00:00", seconds: 2, sources: nasty, engine: "duckdb" },
  ...{ synthetic: false, message: nasty, newestRating: undefined },
  accounts: [
    {
      source: nasty,
      files: 1,
      bytes: 1,
      read: 9,
      kept: 4,
      superseded: 3,
      quarantined: 2,
      outsideMonths: 0,
    },
  ],
  quarantine: [{ source: "s", code: "not_a_number", records: 2, example: nasty }],
  checks: { held: 3, broken: [{ table: "t", name: nasty, failingRows: 1 }] },
};
const model: DashboardModel = {
  tables: { "marts.t": { rows: 1, shown: 1, values: { title: [nasty] } } },
  tiles: [
    {
      ...{ id: "t-1", table: "marts.t", section: "films", question: nasty, chart: "table" },
      ...{ x: [], y: [], colour: undefined, columns: ["title"], filter: undefined, sort: [] },
      facts: { title: { label: "Title", kind: "text", unit: undefined, description: "" } },
    },
  ],
};
const page = (said: Partial<RunFacts> = {}): string =>
  dashboardPage({
    ...{ model, tables: new Map(), facts: { ...facts, ...said } },
    ...{ script: "let x = '</script>';", style: "body{}" },
  });

describe("the page of the dashboard", () => {
  it("lets nothing of the data or of the program end a script or begin one", () => {
    const html = page();
    expect(html.match(/<script/g)).to.have.length(2);
    expect(html.match(/<\/script>/g)).to.have.length(2);
    expect(html).not.to.include("alert('x')");
    expect(html).to.include(escaped(nasty));
  });

  it("holds the model whole", () => {
    const text = /id="model">([^<]*)</.exec(page())?.[1] ?? "";
    const held: unknown = JSON.parse(gunzipSync(Buffer.from(text, "base64")).toString("utf8"));
    expect(held).to.deep.equal(JSON.parse(JSON.stringify(model)));
  });

  it("forbids the browser to fetch anything", () => {
    expect(page()).to.match(/Content-Security-Policy" content="default-src 'none';/);
    expect(page()).not.to.match(/(src|href)="https?:/);
  });

  it("marks synthetic data, and only that", () => {
    expect(page({ synthetic: true })).to.include("Synthetic data.");
    expect(page()).not.to.include("Synthetic data.");
  });

  it("accounts for every record", () => {
    const cells = [...page().matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, text]) => text);
    expect(cells.slice(1, 6)).to.deep.equal(["9", "4", "3", "2", "0"]);
  });
});
