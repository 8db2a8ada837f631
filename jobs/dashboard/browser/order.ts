import type { SortKey } from "../../../sql/catalog/types.ts";
import type { Row, Value } from "./model.ts";

/** Rows sorted by some columns; what has no value stands last, whichever way the others are sorted. */
export function inOrder(rows: readonly Row[], keys: readonly SortKey[]): readonly Row[] {
  const compare = (one: Row, other: Row): number => {
    for (const { column, direction } of keys) {
      const order = compared(one[column] ?? null, other[column] ?? null, direction);
      if (order !== 0) return order;
    }
    return 0;
  };
  // Most tables come as their tile has them.
  const isInOrder = rows.every((row, at) => {
    const before = rows[at - 1];
    return before === undefined || compare(before, row) <= 0;
  });
  return isInOrder ? rows : [...rows].sort(compare);
}

function compared(one: Value, other: Value, direction: SortKey["direction"]): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  const sign = direction === "desc" ? -1 : 1;
  if (typeof one === "number" && typeof other === "number") return sign * (one - other);
  return sign * String(one).localeCompare(String(other));
}
