import path from "node:path";

import { expect } from "chai";

import {
  describeInBrowser,
  faultsOfAccess,
  openFile,
  openNumbers,
  readThrough,
} from "../support/browser.ts";
import { writeFiles } from "../support/folder.ts";
import { runLocally } from "../support/pipeline.ts";

const title = `</script><script>alert("title")</script> & "Zoë's" 🎬 ÿ <b>x</b> --> \u2028 \${x}`;
const genre = `<img src=x onerror=alert(1)>`;
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** MovieLens' files: nothing is known of money and companies. */
const files = {
  "movies.csv": `movieId,title,genres\n1,${quoted(`${title} (1999)`)},${quoted(genre)}\n2,Plain (2000),Drama\n`,
  "links.csv": "movieId,imdbId,tmdbId\n1,111,11\n2,222,22\n",
  "ratings.csv":
    "userId,movieId,rating,timestamp\n1,1,5.0,978307200\n2,1,4.5,978307201\n1,2,3.0,981000000\n",
};

async function makePage(folder: string): Promise<string> {
  const lake = path.join(folder, "lake");
  await runLocally({ sources: [await writeFiles(path.join(folder, "in"), files)], lake });
  return path.join(lake, "dashboard.html");
}

describeInBrowser("the dashboard of odd data in a browser", makePage, (shared) => {
  it("shows titles and genres as the text that they are, and runs none of it", async () => {
    const { page, offences } = await openFile(shared, { width: 1280 });
    const cells = await page.locator("#highest_rated_movies-1 td").allTextContents();
    expect(cells).to.include(title);
    await readThrough(page);
    const names = await page.locator("#genre_popularity-1 svg text").allTextContents();
    expect(names).to.include(genre);
    await openNumbers(page.locator("#genre_popularity-1"));
    expect(await page.locator("#genre_popularity-1 td").allTextContents()).to.include(genre);
    expect(await page.locator("img").count()).to.equal(0);
    expect(offences).to.deep.equal([]);
    await page.close();
  });

  it("says of an empty mart why it is empty", async () => {
    const { page } = await openFile(shared, { width: 1280 });
    for (const id of ["genre_earnings-1", "box_office_by_month-1", "company_by_year-1"]) {
      const told = await page.locator(`#${id} .empty`).innerText();
      expect(told, id).to.match(/nothing to show: its sources were not among the files/);
      expect(await page.locator(`#${id} svg`).count()).to.equal(0);
    }
    expect(await page.locator("#run").innerText()).to.include("To be known: ");
    await page.close();
  });

  it("marks nothing as synthetic that is not", async () => {
    const { page } = await openFile(shared, { width: 1280 });
    expect(await page.locator(".synthetic").count()).to.equal(0);
    await page.close();
  });

  for (const isDark of [false, true]) {
    it(`has no serious fault of access ${isDark ? "by night" : "by day"}`, async () => {
      const { page } = await openFile(shared, { width: 1280, isDark });
      for (const tile of await page.locator("article:has(summary)").all()) await openNumbers(tile);
      const found = await faultsOfAccess(page);
      expect(found.serious).to.deep.equal([]);
      // Lest it looked at nothing.
      expect(found.passes).to.be.above(15);
      await page.close();
    });
  }

  it("can be used by keyboard alone", async () => {
    const { page } = await openFile(shared, { width: 1280 });
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).to.equal(
      "To the answers",
    );
    const head = page.locator("#movie_rating_stats-1 th button").first();
    await head.focus();
    await page.keyboard.press("Enter");
    expect(
      await page.locator("#movie_rating_stats-1 th").first().getAttribute("aria-sort"),
    ).to.equal("ascending");
    const summary = page.locator("#genre_popularity-1 summary");
    await summary.focus();
    await page.keyboard.press("Enter");
    await page.locator("#genre_popularity-1 td").first().waitFor();
    expect(await page.locator("#genre_popularity-1 td").count()).to.be.above(3);
    await page.close();
  });
});
