import Table from "cli-table3";

const noLines = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/**
 * A table without lines and colours.
 *
 * @param leftColumns places of the columns that hold texts; the others hold numbers
 */
export function plainTable(
  head: readonly string[],
  leftColumns: readonly number[] = [0],
): Table.Table {
  return new Table({
    head: [...head],
    chars: noLines,
    colAligns: head.map((_, index) => (leftColumns.includes(index) ? "left" : "right")),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
}

/** Always the same form, whatever the machine's locale. */
export function whole(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}
