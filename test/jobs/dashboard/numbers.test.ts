import { expect } from "chai";

import { forPeople } from "../../../jobs/dashboard/browser/numbers.ts";
import type { Kind, Value } from "../../../jobs/dashboard/browser/model.ts";

const cases: [Value, Kind, string][] = [
  [1_200_000, "amount", "1.2 M"],
  [2_787_965_087, "money", "$2.79 B"],
  [4.2, "amount", "4.2"],
  [3.456, "amount", "3.46"],
  [12_345, "amount", "12,345"],
  [999_999, "amount", "1 M"],
  [999_400, "amount", "999,400"],
  [999_600_000, "money", "$1 B"],
  [1_500_000_000_000, "money", "$1.5 T"],
  [-31_400_000, "money", "−$31.4 M"],
  [-0.5, "amount", "−0.5"],
  [0, "money", "$0"],
  [12_345.67, "money", "$12,346"],
  [1995, "year", "1995"],
  [862, "plain", "862"],
  [3, "month", "Mar"],
  [null, "amount", "–"],
  ["<b>Zoë</b>", "text", "<b>Zoë</b>"],
  ["2015-03-01 12:00", "instant", "2015-03-01 12:00"],
];

describe("numbers for people", () => {
  for (const [value, kind, text] of cases) {
    it(`writes ${String(value)} (${kind}) as ${text}`, () => {
      expect(forPeople(value, kind)).to.equal(text);
    });
  }
});
