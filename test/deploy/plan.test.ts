import { expect } from "chai";

import { changesOf } from "../support/deploy/plan.ts";

describe("a plan that is read", () => {
  const change = (actions: string[], before: object | null, after: object | null) => ({
    address: "google_bigquery_table.movies",
    type: "google_bigquery_table",
    change: { actions, before: before as never, after: after as never },
  });

  it("is empty where everything stays", () => {
    expect(changesOf({})).to.deep.equal([]);
    const same = { schema: "[]" };
    expect(changesOf({ resource_changes: [change(["no-op"], same, same)] })).to.deep.equal([]);
  });

  it("says which arguments of a resource change", () => {
    const [before, after] = [
      { schema: "[]", labels: { a: "1" }, gone: 1 },
      { schema: "[{}]", labels: { a: "1" }, come: 1 },
    ];
    expect(changesOf({ resource_changes: [change(["update"], before, after)] })).to.deep.equal([
      {
        address: "google_bigquery_table.movies",
        actions: "update",
        changed: ["come", "gone", "schema"],
      },
    ]);
  });

  it("tells a replacement from an update", () => {
    const changes = changesOf({
      resource_changes: [
        change(["delete", "create"], { type: "DAY" }, { type: "MONTH" }),
        change(["create"], null, { type: "MONTH" }),
      ],
    });
    expect(changes.map(({ actions }) => actions)).to.deep.equal(["delete, create", "create"]);
  });
});
