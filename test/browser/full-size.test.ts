import { stat } from "node:fs/promises";

import { expect } from "chai";

import { writeDashboard } from "../../jobs/dashboard/write-dashboard.ts";
import { writeTable } from "../../jobs/lake/table-files.ts";
import { describeInBrowser, openFile } from "../support/browser.ts";
import { quickestOpening } from "../support/browser-speed.ts";
import { catalog } from "../support/catalog.ts";
import { withSession } from "../support/read-source.ts";

/** Marts as large as those of The Movies Dataset, with names that hardly repeat. */
const selects: Record<string, string> = {
  "marts.movie_rating_stats": `
    select i as movie_id, i as tmdb_id, 'Film ' || left(md5(i::varchar), 12) as title,
        45000 - i as rating_count, 0.5 as min_rating, 5.0 as max_rating, 3 + random() as average_rating
    from range(45000) t(i)`,
  "marts.average_rating_by_user": `
    select i as user_id, (hash(i) % 2000 + 1)::bigint as rating_count, 3 + random() as average_rating
    from range(1, 270001) t(i)`,
  "marts.company_by_year": `
    select i % 24000 as company_id, 1950 + i // 24000 * 20 as release_year,
        'Company ' || left(md5((i % 24000)::varchar), 10) as company, 1::bigint as movies,
        1::bigint as movies_with_budget, (random() * 2e8)::bigint as budget_usd,
        1::bigint as movies_with_revenue, (random() * 5e8)::bigint as revenue_usd,
        1::bigint as movies_with_profit, (random() * 3e8)::bigint as profit_usd,
        random() * 10 as average_popularity
    from range(72000) t(i)`,
  "marts.company_genre_releases": `
    select i % 24000 as company_id, 'Genre ' || i // 24000 % 20 as genre,
        1950 + i // 24000 * 9 as release_year,
        'Company ' || left(md5((i % 24000)::varchar), 10) as company, 1::bigint as movies
    from range(168000) t(i)`,
};

async function makePage(folder: string): Promise<string> {
  const whole = await catalog();
  const tables = whole.tables.filter(({ id }) => id in selects);
  return withSession(async (session) => {
    for (const table of tables) {
      await writeTable(session, folder, { ...table, select: selects[table.id] });
    }
    return writeDashboard(session, { ...whole, tables }, folder);
  });
}

describeInBrowser("the dashboard of 45,000 films and 24,000 companies", makePage, (shared) => {
  it("stays below 5 MB and opens in two seconds", async () => {
    expect((await stat(shared.file)).size).to.be.below(5e6);
    expect(await quickestOpening(shared)).to.be.below(2_000);
  });

  it("finds the last of the films and of the companies", async () => {
    const { page, offences } = await openFile(shared, { width: 1280 });
    const films = page.locator("#movie_rating_stats-1");
    await films.getByRole("searchbox").fill("Film ");
    expect(await films.locator(".told").innerText()).to.equal("15 of 45,000 rows hold “film”");
    const users = page.locator("#average_rating_by_user-1 .told");
    expect(await users.innerText()).to.equal(
      "15 of 50,000 rows; of 270,000 the first 50,000 are searched and sorted here, all stand in the warehouse",
    );
    const companies = page.locator("#company_by_year-1");
    expect(await companies.getByRole("combobox").getAttribute("placeholder")).to.equal(
      "Search 24,000 by name",
    );
    expect(offences).to.deep.equal([]);
    await page.close();
  });
});
