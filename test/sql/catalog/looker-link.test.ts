import { expect } from "chai";

import { reportLink, tableLinks } from "../../../sql/catalog/looker-link.ts";
import { catalog } from "../../support/catalog.ts";

const settings = { projectId: "my-project", billingProjectId: "payer", datasetId: "dev_marts" };

describe("the links to Looker Studio", () => {
  it("open a copy of the template over these tables, each by its alias", async () => {
    const link = new URL(reportLink(await catalog(), { ...settings, templateId: "1a-b" }));
    expect(link.origin + link.pathname).to.equal(
      "https://lookerstudio.google.com/reporting/create",
    );
    const said = link.searchParams;
    expect([said.get("c.reportId"), said.get("c.mode")]).to.deep.equal(["1a-b", "view"]);
    expect(said.get("r.reportName")).to.equal("Marquee");
    const source = [...said].filter(([name]) => name.startsWith("ds.genre_earnings."));
    expect(Object.fromEntries(source)).to.deep.equal({
      "ds.genre_earnings.connector": "bigQuery",
      "ds.genre_earnings.type": "TABLE",
      "ds.genre_earnings.projectId": "my-project",
      "ds.genre_earnings.datasetId": "dev_marts",
      "ds.genre_earnings.tableId": "genre_earnings",
      "ds.genre_earnings.billingProjectId": "payer",
      "ds.genre_earnings.refreshFields": "true",
    });
    const aliases = new Set([...said.keys()].map((name) => /^ds\.(\w+)\./.exec(name)?.[1]));
    aliases.delete(undefined);
    const marts = (await catalog()).tables.filter(({ tiles }) => tiles.length > 0);
    expect([...aliases]).to.have.members(marts.map(({ name }) => name));
    // Browsers and servers take some 8,000 characters.
    expect(link.href.length).to.be.below(8000);
  });

  it("without a template begin one report a table, of which the source has no alias", async () => {
    const links = tableLinks(await catalog(), { ...settings, host: "datastudio.example" });
    const [first] = links;
    const said = new URL(first!.link).searchParams;
    expect(new URL(first!.link).host).to.equal("datastudio.example");
    expect(said.get("ds.connector")).to.equal("bigQuery");
    expect(said.get("ds.tableId")).to.equal(first!.table.name);
    expect(said.get("c.reportId")).to.equal(null);
    expect(links.length).to.be.above(10);
  });

  it("let the project of the tables pay if nobody else is named", async () => {
    const links = tableLinks(await catalog(), { projectId: "p", datasetId: "marts" });
    expect(new URL(links[0]!.link).searchParams.get("ds.billingProjectId")).to.equal("p");
  });
});
