import path from "node:path";
import { stat } from "node:fs/promises";

import { expect } from "chai";
import type { Locator, Page } from "playwright-core";

import { catalog } from "../support/catalog.ts";
import {
  describeInBrowser,
  faultsOfAccess,
  openFile,
  openNumbers,
  readThrough,
} from "../support/browser.ts";
import { quickestOpening } from "../support/browser-speed.ts";
import { numberShown } from "../support/numbers-shown.ts";
import { runLocally } from "../support/pipeline.ts";
import { askWarehouse } from "../support/warehouse.ts";

async function makePage(folder: string): Promise<string> {
  const lake = path.join(folder, "lake");
  await runLocally({ sources: ["sample"], lake });
  return path.join(lake, "dashboard.html");
}

describeInBrowser("the dashboard in a browser", makePage, (shared) => {
  const ask = (sql: string) =>
    askWarehouse(path.join(shared.folder, "lake", "warehouse.duckdb"), sql);
  const opened = async (width = 1280, isDark = false) => openFile(shared, { width, isDark });

  it("opens from the disk, asks nobody for anything and complains of nothing", async () => {
    const { page, offences } = await opened();
    expect(offences).to.deep.equal([]);
    expect((await stat(shared.file)).size).to.be.below(5e6);
    await page.close();
    // Not the first one, for which the browser itself still starts.
    expect(await quickestOpening(shared)).to.be.below(5_000);
  });

  it("marks synthetic data, on paper too", async () => {
    const { page } = await opened();
    expect(await page.locator(".synthetic").innerText()).to.include("Synthetic data");
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    const charts = await page.locator(".chart").count();
    const widths = await page
      .locator(".chart svg")
      .evaluateAll((all) => all.map((svg) => Number(svg.getAttribute("width"))));
    expect(widths, "drawn for the paper").to.have.length(charts);
    expect(Math.max(...widths)).to.be.at.most(620);
    expect(
      await page.locator(".synthetic").evaluate((it) => getComputedStyle(it).position),
    ).to.equal("fixed");
    await page.close();
  });

  it("has for every declared tile its question, table, rows and unit", async () => {
    const { page } = await opened();
    for (const table of (await catalog()).tables) {
      const [[rows = ""] = []] =
        table.tiles.length === 0 ? [] : await ask(`select count(*) from ${table.id}`);
      for (const [index, tile] of table.tiles.entries()) {
        const article = page.locator(`#${table.name}-${index + 1}`);
        expect(await article.locator("h3").innerText()).to.equal(tile.question);
        const source = await article.locator(".source").innerText();
        expect(source).to.include(table.id);
        expect(source.replaceAll(",", "")).to.include(`${rows} row`);
        if (table.leavesOut !== undefined) expect(source).to.include("Left out: ");
        const unit = await article.locator(".unit").innerText();
        for (const name of Object.values(tile.units)) expect(unit).to.include(name);
      }
    }
    await page.close();
  });

  it("shows in every tile the numbers of its mart", async () => {
    const { page } = await opened();
    let compared = 0;
    for (const table of (await catalog()).tables) {
      for (const [index, tile] of table.tiles.entries()) {
        // What is chosen by a name has a test of its own.
        if (tile.filter !== undefined) continue;
        const article = page.locator(`#${table.name}-${index + 1}`);
        if (tile.chart !== "table") await openNumbers(article);
        const columns =
          tile.chart === "table"
            ? tile.columns
            : [
                ...new Set([
                  ...tile.x,
                  ...tile.y,
                  ...(tile.colour === undefined ? [] : [tile.colour]),
                ]),
              ];
        const order = [...tile.sort.map((key) => `${key.column} ${key.direction}`), ...table.key];
        const expected = await ask(
          `select ${columns.join(", ")} from ${table.id} order by ${order.join(", ")} limit 75`,
        );
        const more = article.locator("button.more");
        if (expected.length > 15 && (await more.isVisible())) await more.click();
        const shown = await cellsOf(article);
        expect(shown.length, tile.question).to.equal(Math.min(expected.length, 75));
        compared += expectSame(shown, expected, tile.question);
      }
    }
    expect(compared).to.be.above(1000);
    await page.close();
  });

  it("draws a mark for every row of a chart", async () => {
    const { page } = await opened();
    const [[genres = ""] = []] = await ask("select count(*) from marts.genre_popularity");
    await readThrough(page);
    const bars = page.locator("#genre_popularity-1 .chart svg path[fill='#2c5f8a']");
    expect(await bars.count()).to.equal(Number(genres));
    const names = await page.locator("#genre_popularity-1 .chart svg text").allTextContents();
    const [[best = ""] = []] = await ask(
      "select genre from marts.genre_popularity where popularity_rank = 1",
    );
    expect(names).to.include(best);
    const longest = await bars.first().evaluate((bar) => bar.getBoundingClientRect().width);
    const last = await bars.last().evaluate((bar) => bar.getBoundingClientRect().width);
    const counts = await ask(
      "select rating_count from marts.genre_popularity order by popularity_rank",
    );
    const share = Number(counts.at(-1)?.[0]) / Number(counts[0]?.[0]);
    expect(last / longest).to.be.closeTo(share, 0.03);
    await page.close();
  });

  it("searches and sorts, and says what it found", async () => {
    const { page } = await opened();
    const article = page.locator("#movie_rating_stats-1");
    const [[title = ""] = []] = await ask(
      "select title from marts.movie_rating_stats where title is not null order by rating_count desc offset 200",
    );
    await article.locator("input").fill(String(title).toUpperCase());
    expect((await cellsOf(article))[0]?.[0]).to.equal(title);
    expect(await article.locator(".told").innerText()).to.match(/ rows hold /);
    await article.locator("input").fill("no film is called like this");
    expect(await cellsOf(article)).to.deep.equal([]);
    await article.locator("input").fill("");
    await article.getByRole("button", { name: "Average rating" }).click();
    expect(await article.locator("th[aria-sort=descending]").innerText()).to.match(
      /^Average rating/,
    );
    const [[highest = ""] = []] = await ask(
      "select max(average_rating) from marts.movie_rating_stats",
    );
    expect(Number((await cellsOf(article))[0]?.[3])).to.be.closeTo(Number(highest), 0.005);
    await page.close();
  });

  it("draws the company that is searched for", async () => {
    const { page } = await opened();
    const [[company = "", id = ""] = []] = await ask(`
      select company, company_id from marts.company_by_year
      where company in (select company from marts.company_by_year group by company having count(distinct company_id) = 1)
      group by all order by count(*) desc, company limit 1 offset 40`);
    const article = page.locator("#company_by_year-1");
    await article.locator("input").fill(String(company));
    expect(await article.locator(".told").innerText()).to.equal(company);
    for (const other of ["company_by_year-2", "company_genre_releases-1"]) {
      expect(await page.locator(`#${other} .told`).innerText(), "follows").to.equal(company);
    }
    await openNumbers(article);
    const expected = await ask(`
      select release_year, budget_usd, revenue_usd, profit_usd from marts.company_by_year
      where company_id = ${id} order by release_year limit 15`);
    expectSame(await cellsOf(article), expected, String(company));
    await article.getByRole("combobox").fill("nobody is called like this");
    expect(await article.locator(".told").first().innerText()).to.match(/^No name holds/);
    expect(await article.locator(".chart").count(), "the last one's chart is gone").to.equal(0);
    await page.close();
  });

  it("is aligned and whole on a phone and on a desk, by day and by night", async () => {
    for (const [width, isDark] of [
      [390, false],
      [390, true],
      [1280, false],
      [1280, true],
    ] as const) {
      const { page, offences } = await opened(width, isDark);
      await readThrough(page);
      expect((await faultsOfAccess(page)).serious).to.deep.equal([]);
      expect(offences).to.deep.equal([]);
      await expectNothingCutOff(page);
      await page.close();
    }
  });
});

const isInstant = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/;

async function cellsOf(article: Locator): Promise<string[][]> {
  return article
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)),
    );
}

/** @returns how many cells were compared */
function expectSame(
  shown: readonly (readonly string[])[],
  expected: readonly (readonly (string | null)[])[],
  what: string,
): number {
  for (const [index, row] of expected.entries()) {
    for (const [place, value] of row.entries()) {
      const cell = shown[index]?.[place] ?? "";
      const where = `${what}: row ${index + 1}, column ${place + 1}`;
      const number = value === null || value === "" ? NaN : Number(value);
      if (value === null) expect(cell, where).to.equal("–");
      else if (isInstant.test(value)) expect(cell, where).to.equal(value.slice(0, 16));
      else if (Number.isNaN(number)) expect(cell, where).to.equal(value);
      else {
        // Three digits are told of large numbers, two behind the point of small ones.
        const leeway = Math.max(Math.abs(number) * 0.006, 0.0051);
        expect(numberShown(cell), where).to.be.closeTo(number, leeway);
      }
    }
  }
  return expected.flat().length;
}

async function expectNothingCutOff(page: Page): Promise<void> {
  const faults = await page.evaluate(() => {
    const found: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth)
      found.push(`the page is ${scrollWidth} wide, not ${clientWidth}`);
    for (const chart of document.querySelectorAll(".chart")) {
      const frame = chart.getBoundingClientRect();
      if (chart.querySelector("svg") === null) found.push("a chart is not drawn");
      for (const text of chart.querySelectorAll("svg text")) {
        // A legend that is too long for its line has pages, and shows one of them.
        if (text.closest("[clip-path]") !== null) continue;
        const box = text.getBoundingClientRect();
        const isOut = box.left < frame.left - 1 || box.right > frame.right + 1;
        if (isOut || box.bottom > frame.bottom + 2) found.push(`cut off: ${text.textContent}`);
      }
    }
    return found;
  });
  expect(faults).to.deep.equal([]);
}
