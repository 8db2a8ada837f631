import { expect } from "chai";

import type { Cloud } from "../../../jobs/cloud/cloud.ts";
import { newRecord } from "../../../jobs/ops.ts";
import { usualOptions } from "../../../jobs/options.ts";
import { finishedFields, summary } from "../../../jobs/report/summary.ts";
import type { Run } from "../../../jobs/run.ts";
import { tablesWithTiles } from "../../../sql/catalog/tiles.ts";
import { catalog } from "../../support/catalog.ts";
import { cloud } from "../../support/cloud/bucket-lake.ts";

/** As much of a run that has ended as its last word tells of. */
async function ended(environment: Cloud, published: boolean): Promise<Run> {
  const known = {
    ...{ id: "20261121T120000Z-0a1b", catalog: await catalog(), cloud: { environment } },
    ...{ lake: { folder: "data-dev", work: "data-dev/work" } },
    record: { ...newRecord(), published },
    options: { ...usualOptions, sources: ["sample"] },
  };
  return known as unknown as Run;
}

type Fields = Record<string, unknown> & { looker_links?: string[] };

describe("the last word of a run on Google Cloud", () => {
  it("has the same links for machines and people", async () => {
    const dev = await cloud();
    const templateId = "0b7b1b2c-1111-2222-3333-444455556666";
    const withReport = { ...dev, settings: { ...dev.settings, lookerReport: templateId } };
    for (const environment of [dev, withReport]) {
      const run = await ended(environment, true);
      const fields = finishedFields(run, 1) as Fields;
      const said = summary(run, 1);
      expect(fields).to.include({ run_id: run.id, dashboard: "data-dev/dashboard.html" });
      expect(said).to.include("Look:    data-dev/dashboard.html\n");
      expect(said.match(/https:\S+/g)).to.deep.equal(fields.looker_links);
      expect(fields.looker_links).to.have.length(
        environment === dev ? tablesWithTiles(run.catalog).length : 1,
      );
    }
  });

  it("has none where nothing was published", async () => {
    const fields = finishedFields(await ended(await cloud(), false), 1);
    expect(fields).to.have.all.keys("run_id", "seconds", "synthetic", "published", "remarks");
  });
});
