import type { SortKey } from "../../../sql/catalog/types.ts";
import type { Row, Value } from "./model.ts";

/** Rows sorted by some columns; what has no value stands last, whichever way the others are sorted. */
export function inOrder(rows: readonly Row[], keys: readonly SortKey[]): readonly Row[] {
  if (keys.length === 0) return rows;
  return [...rows].sort((one, other) => {
    for (const { column, direction } of keys) {
      const order = compared(one[column] ?? null, other[column] ?? null, direction);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function compared(one: Value, other: Value, direction: SortKey["direction"]): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  const sign = direction === "desc" ? -1 : 1;
  if (typeof one === "number" && typeof other === "number") return sign * (one - other);
  return sign * String(one).localeCompare(String(other));
}
