import { expect } from "chai";

import { DataprocDouble } from "../support/deploy/dataproc.ts";
import { Keeper } from "../support/deploy/keeper.ts";

describe("what stands before the doubles", () => {
  const bucket = { kind: "storage#bucket", name: "lake", location: "HERE" };
  const here = "/storage/v1/b/lake";

  it("fills in what a double has left out, and nothing that it said", () => {
    const keeper = new Keeper();
    const asked = { name: "lake", location: "THERE", lifecycle: { rule: [] } };
    keeper.filled("POST", "/storage/v1/b", asked, { status: 200, body: bucket });
    const { body } = keeper.filled("GET", here, {}, { status: 200, body: bucket });
    expect(body).to.deep.equal({ ...bucket, lifecycle: { rule: [] } });
  });

  it("keeps what a patch does not name, and nothing of what a put does not", () => {
    const keeper = new Keeper();
    const told = (method: string, body: object) =>
      keeper.filled(method, here, { ...body }, { status: 200, body: bucket }).body;
    told("PUT", { labels: { a: "1" } });
    expect(told("PATCH", { billing: {} })).to.deep.include({ labels: { a: "1" }, billing: {} });
    expect(told("PUT", { billing: {} })).not.to.have.property("labels");
  });

  it("forgets what was deleted, and not what could not be", () => {
    const keeper = new Keeper();
    const got = () => keeper.filled("GET", here, {}, { status: 200, body: bucket }).body;
    keeper.filled("PUT", here, { labels: { a: "1" } }, { status: 200, body: bucket });
    keeper.filled("DELETE", here, {}, { status: 409, body: {} });
    expect(got()).to.have.property("labels");
    keeper.filled("DELETE", here, {}, { status: 204, body: undefined });
    expect(got()).not.to.have.property("labels");
  });
});

describe("the double of Dataproc", () => {
  const clusters = "projects/example/regions/us-central1/clusters";
  const asked = { clusterName: "spark", labels: { a: "1" }, config: { masterConfig: {} } };

  it("makes a cluster, tells of it, and takes it down", () => {
    const dataproc = new DataprocDouble();
    const { name } = dataproc.answer("POST", clusters, asked).body as { name: string };
    expect(dataproc.answer("GET", name, {}).body).to.include({ done: true });
    const made = dataproc.answer("GET", `${clusters}/spark`, {}).body as Record<string, object>;
    expect(made["status"]).to.deep.equal({ state: "RUNNING" });
    expect(made["labels"]).to.include({ a: "1", "goog-dataproc-cluster-name": "spark" });
    expect(dataproc.answer("POST", clusters, asked).status).to.equal(409);
    dataproc.answer("DELETE", `${clusters}/spark`, {});
    expect(dataproc.answer("GET", `${clusters}/spark`, {}).status).to.equal(404);
  });

  it("knows only what it was told", () => {
    const dataproc = new DataprocDouble();
    expect(dataproc.answer("GET", `${clusters}/none`, {}).status).to.equal(404);
    expect(dataproc.answer("GET", "projects/example/regions/here/jobs/1", {}).status).to.equal(404);
  });
});
