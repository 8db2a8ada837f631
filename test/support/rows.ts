import { expect } from "chai";

export type Row = (string | null)[];

/** Doubles may differ in the last bits, as the catalogue says; everything else is equal or not. */
const relativeTolerance = 1e-12;

/**
 * Compares two tables as sets of rows.
 *
 * @param types of the columns, by which values are compared
 * @param tolerance by which doubles may differ, relative to the larger one
 */
export function expectSameRows(
  actual: readonly Row[],
  expected: readonly Row[],
  types: readonly string[],
  tolerance = relativeTolerance,
): void {
  const sorted = (rows: readonly Row[]): Row[] => [...rows].sort(inExactColumns(types, tolerance));
  const [found, wanted] = [sorted(actual), sorted(expected)];
  expect(found.length, "number of rows").to.equal(wanted.length);
  for (const [index, row] of wanted.entries()) {
    const other = found[index] ?? [];
    const same = row.every((value, column) =>
      sameValue(other[column], value, types[column], tolerance),
    );
    if (!same) expect(other, `row ${index + 1} of ${wanted.length}`).to.deep.equal(row);
  }
}

/** Exact columns first: a double in its last bits must not change the order. */
function inExactColumns(types: readonly string[], tolerance: number): (a: Row, b: Row) => number {
  const order = [
    ...types.flatMap((type, index) => (type === "DOUBLE" ? [] : [index])),
    ...types.flatMap((type, index) => (type === "DOUBLE" ? [index] : [])),
  ];
  return (a, b) => {
    for (const index of order) {
      const [left, right] = [a[index] ?? null, b[index] ?? null];
      if (left === right) continue;
      if (left === null) return -1;
      if (right === null) return 1;
      if (types[index] === "DOUBLE") {
        if (sameValue(left, right, "DOUBLE", tolerance)) continue;
        return Number(left) - Number(right);
      }
      return left < right ? -1 : 1;
    }
    return 0;
  };
}

function sameValue(
  found: string | null | undefined,
  wanted: string | null,
  type: string | undefined,
  tolerance: number,
): boolean {
  if (found === wanted) return true;
  if (found === undefined || found === null || wanted === null || type !== "DOUBLE") return false;
  const [a, b] = [Number(found), Number(wanted)];
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}
