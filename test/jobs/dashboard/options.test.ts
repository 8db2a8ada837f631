import { expect } from "chai";

import type { ColumnFacts, Kind, Row, TileModel } from "../../../jobs/dashboard/browser/model.ts";
import { chartOption } from "../../../jobs/dashboard/browser/options.ts";
import { themes } from "../../../jobs/dashboard/browser/theme.ts";

function tile(said: Partial<TileModel>, kinds: Record<string, Kind>): TileModel {
  const facts = Object.entries(kinds).map(([name, kind]): [string, ColumnFacts] => [
    name,
    { label: name, kind, unit: undefined, description: "" },
  ]);
  return {
    ...{ id: "t-1", table: "marts.t", section: "ratings", question: "What?", chart: "line" },
    ...{ x: [], y: [], colour: undefined, columns: [], filter: undefined, sort: [] },
    facts: Object.fromEntries(facts),
    ...said,
  };
}

interface Drawn {
  xAxis: { data: string[] };
  yAxis: { data: string[]; scale?: boolean };
  series: { name: string; stack?: string; data: unknown[] }[];
}
const drawn = (of: TileModel, rows: Row[]): Drawn =>
  chartOption(of, rows, themes.light) as unknown as Drawn;
const values = (data: unknown[]): unknown[] =>
  data.map((item) =>
    item !== null && typeof item === "object" && "value" in item ? item.value : item,
  );

describe("a tile's chart", () => {
  it("keeps the place of a month without a row", () => {
    const months = tile(
      { x: ["year", "month"], y: ["stars"] },
      { year: "year", month: "month", stars: "amount" },
    );
    const { xAxis, series } = drawn(months, [
      { year: 1999, month: 11, stars: 3.5 },
      { year: 2000, month: 2, stars: 4 },
    ]);
    expect(xAxis.data).to.deep.equal(["1999-11", "1999-12", "2000-01", "2000-02"]);
    expect(values(series[0]!.data)).to.deep.equal([3.5, null, null, 4]);
  });

  it("has bars in the order of their rows, with names beside them", () => {
    const ranking = tile(
      { chart: "bar", x: ["films"], y: ["genre"] },
      { films: "amount", genre: "text" },
    );
    const { yAxis, series } = drawn(ranking, [
      { genre: "War", films: 9 },
      { genre: "Drama", films: 5 },
    ]);
    expect(yAxis.data).to.deep.equal(["War", "Drama"]);
    expect(series[0]!.data).to.deep.equal([9, 5]);
  });

  it("stacks what a name tells apart, seven and the others together, and loses none", () => {
    const stack = tile(
      { chart: "bar", x: ["year"], y: ["films"], colour: "genre" },
      { year: "year", films: "amount", genre: "text" },
    );
    const rows = Array.from({ length: 10 }, (_, genre) =>
      Array.from({ length: 10 - genre }, (__, year) => ({
        ...{ year: 2000 + year, genre: `genre ${genre}` },
        films: 1 + genre,
      })),
    ).flat();
    const { series } = drawn(stack, rows);
    expect(series.map(({ name }) => name).at(-1)).to.equal("All others");
    expect(series).to.have.length(8);
    const sum = series
      .flatMap(({ data }) => data as (number | null)[])
      .reduce<number>((a, b) => a + (b ?? 0), 0);
    expect(sum).to.equal(rows.reduce((all, { films }) => all + films, 0));
    expect(new Set(series.map(({ stack: name }) => name)).size).to.equal(1);
  });

  it("gives each bar the colour of its quarter, and no legend for it", () => {
    const season = tile(
      { chart: "bar", x: ["month"], y: ["dollars"], colour: "quarter" },
      { month: "month", dollars: "money", quarter: "plain" },
    );
    const { xAxis, series } = drawn(season, [
      { month: 3, dollars: 7, quarter: 1 },
      { month: 1, dollars: 5, quarter: 1 },
      { month: 4, dollars: 6, quarter: 2 },
    ]);
    expect(xAxis.data).to.deep.equal(["Jan", "Mar", "Apr"]);
    expect(values(series[0]!.data)).to.deep.equal([5, 7, 6]);
    const colours = series[0]!.data.map(
      (bar) => (bar as { itemStyle: { color: string } }).itemStyle.color,
    );
    expect(colours[0]).to.equal(colours[1]);
    expect(colours[0]).not.to.equal(colours[2]);
  });

  it("puts every cell of a heat map at its own place, and leaves out what has no value", () => {
    const field = tile(
      { chart: "heatmap", x: ["month"], y: ["year"], colour: "stars" },
      { month: "month", year: "year", stars: "amount" },
    );
    const { yAxis, series } = drawn(field, [
      { year: 1999, month: 2, stars: 3.5 },
      { year: 2000, month: 1, stars: null },
      { year: 2000, month: 2, stars: 4 },
    ]);
    expect(yAxis.data).to.deep.equal(["2000", "1999"]);
    expect(series[0]!.data).to.deep.equal([
      ["Feb", "1999", 3.5],
      ["Feb", "2000", 4],
    ]);
  });

  it("has every tenth of a star between the lowest and the highest in a histogram", () => {
    const histogram = tile(
      { chart: "histogram", x: ["bucket"], y: ["users"] },
      { bucket: "amount", users: "amount" },
    );
    const { xAxis, series } = drawn(histogram, [
      { bucket: 3.3, users: 2 },
      { bucket: 3.6, users: 5 },
    ]);
    expect(xAxis.data).to.deep.equal(["3.3", "3.4", "3.5", "3.6"]);
    expect(values(series[0]!.data)).to.deep.equal([2, null, null, 5]);
  });

  it("begins at zero, unless a line moves within a narrow band far from it", () => {
    const line = tile({ x: ["year"], y: ["n"] }, { year: "year", n: "amount" });
    expect(
      drawn(line, [
        { year: 1, n: 3.4 },
        { year: 2, n: 3.6 },
      ]).yAxis.scale,
    ).to.equal(true);
    expect(
      drawn(line, [
        { year: 1, n: 1 },
        { year: 2, n: 3.6 },
      ]).yAxis.scale,
    ).to.equal(false);
    const bars: TileModel = { ...line, chart: "bar" };
    expect(
      drawn(bars, [
        { year: 1, n: 3.4 },
        { year: 2, n: 3.6 },
      ]).yAxis.scale,
    ).to.equal(false);
  });
});
