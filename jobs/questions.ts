import { checkQuery } from "../sql/catalog/check-query.ts";
import type { Question } from "./engine/engine.ts";
import type { Run } from "./run.ts";

/** Every promise of the tables that a run makes, as it is asked of all rows. */
export function questionsOf({
  catalog,
  startedAt,
}: Pick<Run, "catalog" | "startedAt">): Question[] {
  return catalog.tables
    .filter(({ layer }) => layer !== "ops")
    .flatMap((table) =>
      table.checks.map((check) => ({
        table,
        check,
        query: checkQuery(table, check, startedAt),
        slice: undefined,
      })),
    );
}
