import { cp, readFile } from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";
import { parse } from "yaml";

import type { Table } from "../../sql/catalog/types.ts";
import { loadCatalog } from "../../sql/catalog/catalog.ts";
import { catalog } from "../support/catalog.ts";
import { withFolder, writeFiles } from "../support/folder.ts";
import { root } from "../support/program.ts";
import { devWith, resourcesOf, type Synthesized } from "../support/stacks.ts";

interface Declaration {
  columns: Record<string, { type: string; description: string; unit?: string }>;
  partition?: { column: string; by: string; filter_required?: boolean };
  cluster?: string[];
}

/** The declaration as it stands in its file, not as the catalogue reads it. */
async function declarationOf({ file }: Table): Promise<Declaration> {
  return parse(await readFile(path.join(root, "sql", file), "utf8")) as Declaration;
}

const bigqueryTypes: Record<string, string> = { BIGINT: "INTEGER", DOUBLE: "FLOAT" };

async function warehouseOf(changes = {}): Promise<{
  datasets: Synthesized[];
  tableOf: (table: Table) => Synthesized["attributes"];
  tables: Synthesized[];
}> {
  const resources = await resourcesOf(await devWith(changes));
  const datasets = resources.filter(({ type }) => type === "google_bigquery_dataset");
  const tables = resources.filter(({ type }) => type === "google_bigquery_table");
  const tableOf = (table: Table): Synthesized["attributes"] => {
    const found = tables.filter(
      ({ attributes }) =>
        attributes["table_id"] === table.name &&
        String(attributes["dataset_id"]).includes(`warehouse_${table.layer}_`),
    );
    expect(found, table.id).to.have.length(1);
    return found[0]!.attributes;
  };
  return { datasets, tables, tableOf };
}

describe("the warehouse", () => {
  it("has every table of the catalogue, and no other", async () => {
    const { tables, datasets } = await warehouseOf();
    expect(tables).to.have.length((await catalog()).tables.length);
    expect(datasets.map(({ attributes }) => attributes["dataset_id"])).to.have.members([
      "marquee_dev_staging",
      "marquee_dev_core",
      "marquee_dev_marts",
      "marquee_dev_ops",
    ]);
  });

  it("has each table's columns, partition and clusters as its file declares them", async () => {
    const { tableOf } = await warehouseOf();
    for (const table of (await catalog()).tables) {
      const declared = await declarationOf(table);
      const attributes = tableOf(table);
      expect(JSON.parse(String(attributes["schema"])), table.id).to.deep.equal(
        Object.entries(declared.columns).map(([name, { type, description, unit }]) => ({
          name,
          type: bigqueryTypes[type] ?? type,
          mode: "NULLABLE",
          description: unit === undefined ? description : `${description} (${unit})`,
        })),
      );
      expect(attributes["time_partitioning"], table.id).to.deep.equal(
        declared.partition && { type: declared.partition.by, field: declared.partition.column },
      );
      expect(attributes["clustering"], table.id).to.deep.equal(declared.cluster);
    }
  });

  it("gets the table of a .sql and a .yml that are added, and nothing else is touched", async () => {
    await withFolder(async (folder) => {
      const sql = path.join(folder, "sql");
      await cp(path.join(root, "sql"), sql, { recursive: true });
      await writeFiles(path.join(sql, "marts"), {
        "films_by_year.sql":
          "with movies as (select release_year from core.movies where release_year is not null),\n\nfinal as (\n    select\n        release_year,\n        cast(count(*) as bigint) as movies\n    from movies\n    group by release_year\n)\n\nselect * from final\n",
        "films_by_year.yml":
          "question: How many films are there of each year?\ngrain: one row per year of release\nkey: [release_year]\ncolumns:\n  release_year: { type: BIGINT, required: true, description: Year of release }\n  movies: { type: BIGINT, unit: films, required: true, range: [1, null], description: Films }\ncluster: [release_year]\n",
      });
      const [before, after] = [
        await resourcesOf(await devWith()),
        await resourcesOf(await devWith(), await loadCatalog(sql)),
      ];
      const known = new Set(before.map((resource) => JSON.stringify(resource)));
      const added = after.filter((resource) => !known.has(JSON.stringify(resource)));
      expect(added.map(({ type }) => type)).to.deep.equal(["google_bigquery_table"]);
      expect(added[0]!.attributes).to.deep.include({
        table_id: "films_by_year",
        clustering: ["release_year"],
      });
      expect(after).to.have.length(before.length + 1);
    });
  });

  it("asks a query of ratings for months, and ops for no days", async () => {
    const { tableOf } = await warehouseOf();
    const byId = async (id: string) => tableOf((await catalog()).tables.find((t) => t.id === id)!);
    const ratings = await byId("staging.ratings");
    expect(ratings["time_partitioning"]).to.deep.equal({ type: "MONTH", field: "rated_month" });
    expect(ratings["require_partition_filter"]).to.equal(true);
    const runs = await byId("ops.runs");
    expect(runs["time_partitioning"]).to.deep.equal({ type: "DAY", field: "started_at" });
    expect(runs["require_partition_filter"]).to.equal(false);
  });

  it("lets in whom its lists name: viewers to the marts alone", async () => {
    const { datasets } = await warehouseOf();
    for (const { attributes } of datasets) {
      const name = String(attributes["dataset_id"]);
      const access = attributes["access"] as Record<string, string>[];
      const who = access.map(
        ({ role, ...member }) => `${role ?? ""} ${Object.values(member).join()}`,
      );
      expect(who, name).to.include(
        "WRITER marquee-dev-runner@example-marquee-dev.iam.gserviceaccount.com",
      );
      expect(
        who.filter((each) => each.startsWith("READER")),
        name,
      ).to.deep.equal(name.endsWith("_marts") ? ["READER film-analysts@example.com"] : []);
      expect(JSON.stringify(access)).not.to.match(/projectReaders|projectWriters|allUsers/);
    }
  });

  it("protects its tables by environment", async () => {
    for (const protectData of [false, true]) {
      const { tables, datasets } = await warehouseOf({ protectData });
      for (const { attributes } of tables) {
        expect(attributes["deletion_protection"]).to.equal(protectData);
      }
      for (const { attributes } of datasets) {
        expect(attributes["delete_contents_on_destroy"]).to.equal(!protectData);
        expect(attributes["lifecycle"]).to.deep.equal({ prevent_destroy: protectData });
      }
    }
  });

  it("is encrypted with our key, table by table, where the settings say so", async () => {
    const { tables, datasets } = await warehouseOf({ customerManagedKeys: true });
    for (const { attributes } of [...tables, ...datasets]) {
      const { kms_key_name: key } = (attributes["encryption_configuration"] ??
        attributes["default_encryption_configuration"]) as { kms_key_name: string };
      expect(key).to.match(/keyRings\/marquee-dev-keys\/cryptoKeys\/marquee-dev-data$/);
    }
  });
});
