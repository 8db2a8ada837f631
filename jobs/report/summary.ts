import path from "node:path";

import type { Catalog } from "../../sql/catalog/catalog.ts";
import { reportLink, tableLinks } from "../../sql/catalog/looker-link.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { dashboardName } from "../dashboard/write-dashboard.ts";
import type { RunRecord } from "../ops.ts";
import type { Run } from "../run.ts";
import { plainTable, whole } from "./plain-table.ts";

/** What a person reads at the end of a run: what came in, what came out, what to do with it. */
export function summary(run: Run, seconds: number): string {
  const { record } = run;
  const parts = [
    heading(run, seconds),
    record.accounts.length === 0 ? "" : sourcesTable(record, run.options.months !== undefined),
    quarantineReasons(record),
    record.made.length === 0 ? "" : tablesTable(record),
    checksLine(record),
    ...record.remarks.map((remark) => `Note: ${remark}.`),
    whereTheResultsAre(run),
  ];
  return parts.filter((part) => part !== "").join("\n\n") + "\n";
}

function heading({ id, record, options }: Run, seconds: number): string {
  const sources = record.sources ?? options.sources;
  const what = `Run ${id} over ${sources.join(", ")} took ${decimal(seconds)} s.`;
  if (record.synthetic !== true) return what;
  return `SYNTHETIC DATA: these films, users and figures are made up.\n${what}`;
}

function sourcesTable({ accounts }: RunRecord, isOfMonths: boolean): string {
  const columns = ["source", "files", "records read", "kept", "superseded", "quarantined"];
  const table = plainTable(isOfMonths ? [...columns, "outside months"] : columns);
  for (const { source, files, read, kept, superseded, quarantined, outsideMonths } of accounts) {
    const counts = [read, kept, superseded, quarantined, ...(isOfMonths ? [outsideMonths] : [])];
    table.push([source, files === 0 ? "absent" : whole(files), ...counts.map(whole)]);
  }
  return table.toString();
}

/** The three commonest reasons of each source that has any. */
function quarantineReasons({ quarantined }: RunRecord): string {
  const lines = quarantined.flatMap(({ source, records }) => {
    const counts = new Map<string, { count: number; example: string }>();
    for (const { reasonCode, reason } of records) {
      const known = counts.get(reasonCode);
      counts.set(reasonCode, { count: (known?.count ?? 0) + 1, example: known?.example ?? reason });
    }
    const commonest = [...counts].sort(([, a], [, b]) => b.count - a.count).slice(0, 3);
    return commonest.map(
      ([code, { count, example }]) =>
        `  ${source}: ${whole(count)} x ${code}, such as ${oneLine(example)}`,
    );
  });
  return lines.length === 0 ? "" : ["Quarantined, most often because:", ...lines].join("\n");
}

function tablesTable({ made }: RunRecord): string {
  const byTable = new Map<string, { rows: number; seconds: number }>();
  for (const { table, rows, seconds } of made) {
    const known = byTable.get(table.id);
    byTable.set(table.id, { rows, seconds: seconds + (known?.seconds ?? 0) });
  }
  const table = plainTable(["table", "rows", "seconds"]);
  for (const [id, { rows, seconds }] of byTable) table.push([id, whole(rows), decimal(seconds)]);
  return table.toString();
}

function checksLine({ checks }: RunRecord): string {
  if (checks.length === 0) return "";
  const broken = checks.filter(({ failingRows }) => failingRows > 0);
  const errors = broken.filter(({ severity }) => severity === "error");
  const line =
    `Checks: ${whole(checks.length - broken.length)} passed, ${whole(errors.length)} failed, ` +
    `${whole(broken.length - errors.length)} warned.`;
  const details = broken.map(
    ({ table, name, severity, failingRows }) =>
      `  ${severity}: ${table} ${name}, ${whole(failingRows)} rows`,
  );
  return [line, ...details].join("\n");
}

function whereTheResultsAre({ lake, record, cloud, catalog }: Run): string {
  if (!record.published) {
    const soFar = record.made.length === 0 ? "" : `; the tables so far are in ${lake.work}`;
    return `Nothing was published${soFar}.`;
  }
  const warehouse = path.join(lake.folder, "warehouse.duckdb");
  return [
    `Look:    ${dashboardOf(lake)}`,
    `Results: ${warehouse}, and as Parquet ${path.join(lake.folder, "{staging,core,marts,ops}/<table>/*.parquet")}`,
    `Ask:     npm run ask -- --lake ${lake.folder} "from marts.highest_rated_movies limit 10"`,
    "         or open the warehouse read-only with any DuckDB client",
    ...(cloud === undefined ? [] : whereTheyAreThere(cloud.environment, catalog)),
  ].join("\n");
}

/** The same on Google Cloud: the report in Looker Studio, or what begins one over each table. */
function whereTheyAreThere(cloud: Cloud, catalog: Catalog): string[] {
  const { names } = cloud;
  return [
    `There:   gs://${names.lake}, and in BigQuery ${Object.values(names.datasets).join(", ")}`,
    ...lookerLinks(cloud, catalog).map(({ of, link }, index) => {
      const name = of === undefined ? link : `${of}: ${link}`;
      return `${index === 0 ? "Looker:  " : "         "}${name}`;
    }),
  ];
}

/** Of a whole report, or of one each table, whose name it has then. */
function lookerLinks(
  { settings, names }: Cloud,
  catalog: Catalog,
): { of: string | undefined; link: string }[] {
  const { project, lookerReport } = settings;
  const looker = { projectId: project.id, datasetId: names.datasets.marts };
  return lookerReport === undefined
    ? tableLinks(catalog, looker).map(({ table, link }) => ({ of: table.name, link }))
    : [{ of: undefined, link: reportLink(catalog, { ...looker, templateId: lookerReport }) }];
}

function dashboardOf({ folder }: Run["lake"]): string {
  return path.join(folder, dashboardName);
}

/** What a machine is told at the end of a run. */
export function finishedFields(run: Run, seconds: number): object {
  const { id, record, lake, cloud, catalog } = run;
  const { synthetic, published, remarks } = record;
  return {
    run_id: id,
    seconds,
    synthetic,
    published,
    remarks,
    // Of a run that has published nothing they would show what was there before.
    ...(published && {
      dashboard: dashboardOf(lake),
      looker_links: cloud && lookerLinks(cloud.environment, catalog).map(({ link }) => link),
    }),
  };
}

function decimal(value: number): string {
  return value.toFixed(2);
}

function oneLine(text: string): string {
  // What a file holds must not steer a terminal.
  return text.replace(/[\s\p{Cc}]+/gu, " ").slice(0, 100);
}
