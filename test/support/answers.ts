import path from "node:path";

import { catalog } from "./catalog.ts";
import type { Row } from "./rows.ts";
import { askAll } from "./warehouse.ts";

/** Every table of a lake as text, by table id; without ops, which tell each run from the other. */
export async function answers(lake: string): Promise<Record<string, Row[]>> {
  const ids = (await catalog()).tables.filter(({ layer }) => layer !== "ops").map(({ id }) => id);
  const queries = ids.map((id) => `from ${id} order by all`);
  const rows = await askAll(path.join(lake, "warehouse.duckdb"), queries);
  return Object.fromEntries(ids.map((id, index) => [id, rows[index] ?? []]));
}
