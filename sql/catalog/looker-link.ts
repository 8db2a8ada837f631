import type { Catalog } from "./catalog.ts";
import { tablesWithTiles } from "./tiles.ts";
import type { Table } from "./types.ts";

/** What a link to Looker Studio is made of. */
export interface LookerSettings {
  /** Project of the tables. */
  projectId: string;
  /** Project that pays for the queries; that of the tables if nothing is said. */
  billingProjectId?: string | undefined;
  /** Dataset of the marts, as BigQuery calls it. */
  datasetId: string;
  /** Report that was built once by docs/looker-studio.md; without one, each tile begins a report. */
  templateId?: string | undefined;
  /** Looker Studio was renamed Data Studio in 2026; links of the old host are redirected. */
  host?: string | undefined;
}

export const lookerHost = "lookerstudio.google.com";

/**
 * The link that makes a report of the template over these tables, by the Linking API: each mart is a
 * data source whose alias in the template is the mart's name.
 *
 * @see https://developers.google.com/looker-studio/integrate/linking-api
 */
export function reportLink(
  catalog: Catalog,
  settings: LookerSettings & { templateId: string },
): string {
  const parameters = new URLSearchParams({
    "c.reportId": settings.templateId,
    "c.mode": "view",
    "r.reportName": "Marquee",
  });
  for (const table of tablesWithTiles(catalog)) {
    for (const [name, value] of sourceOf(table, settings)) {
      parameters.set(`ds.${table.name}.${name}`, value);
    }
  }
  return linkOf(settings, parameters);
}

/** Without a template: for each mart with tiles the link that begins a report over it alone. */
export function tableLinks(
  catalog: Catalog,
  settings: LookerSettings,
): { table: Table; link: string }[] {
  return tablesWithTiles(catalog).map((table) => {
    const parameters = new URLSearchParams({ "r.reportName": table.question });
    for (const [name, value] of sourceOf(table, settings)) parameters.set(`ds.${name}`, value);
    return { table, link: linkOf(settings, parameters) };
  });
}

function sourceOf(
  { name }: Table,
  { projectId, billingProjectId, datasetId }: LookerSettings,
): [string, string][] {
  return [
    ["connector", "bigQuery"],
    ["type", "TABLE"],
    ["projectId", projectId],
    ["datasetId", datasetId],
    ["tableId", name],
    ["billingProjectId", billingProjectId ?? projectId],
    // The template's fields are those of its author's tables: these may have more.
    ["refreshFields", "true"],
  ];
}

function linkOf({ host = lookerHost }: LookerSettings, parameters: URLSearchParams): string {
  return `https://${host}/reporting/create?${parameters.toString()}`;
}
