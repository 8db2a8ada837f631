import { expect } from "chai";

import { SqlParser } from "../../../sql/catalog/parse.ts";
import { subsetRules } from "../../../sql/catalog/subset-rules.ts";
import { lintSelect, type SubsetFault } from "../../../sql/catalog/subset.ts";
import { examples } from "./subset-examples.ts";

/** A table as this repository writes them, with most of what the subset has. */
const mart = `
-- The best films that enough people rated.
with
ratings as (select movie_id, rating, rated_at, rated_month from staging.ratings),
movies as (select movie_id, tmdb_id, title, release_date from core.movies),

-- Half stars are whole numbers, so their sum is exact.
per_movie as (
    select
        movie_id,
        cast(count(*) as bigint) as rating_count,
        cast(count(*) filter (where rating >= 4.5e0) as bigint) as top_count,
        sum(rating * 1e0) / nullif(count(*), 0) as average_rating,
        max(rated_at) as last_rated_at,
        cast(date_trunc('month', min(rated_month)) as date) as first_month
    from ratings
    group by all
),

threshold as (
    select percentile_cont(9e-1) within group (order by rating_count) as least_count from per_movie
),

ranked as (
    select
        p.movie_id,
        m.title,
        cast(year(m.release_date) as bigint) as release_year,
        p.rating_count,
        p.average_rating,
        p.top_count / cast(nullif(p.rating_count, 0) as double) as top_share,
        cast(floor(p.average_rating * 2) as double) / 2 as bucket,
        cast(row_number() over (
            partition by m.release_date
            order by p.average_rating desc nulls last, p.movie_id nulls last
        ) as bigint) as rank,
        case when m.title like 'The %' then 'article' else cast(null as string) end as kind
    from per_movie as p
    cross join threshold as t
    left join movies as m on p.movie_id = m.movie_id
    where p.rating_count >= t.least_count and m.tmdb_id is distinct from 0
),

final as (
    select
        *,
        concat_ws(', ', title, kind) as label,
        coalesce(top_share, 0) - lag(top_share) over (order by rank nulls last, movie_id nulls last) as gain
    from ranked as r
    where exists (select 1 from movies as x where x.movie_id = r.movie_id)
    order by rank nulls last, movie_id nulls last
    limit 1000
)

select * from final
`;

interface Example {
  rule: string;
  /** Undefined where the SELECT is fine. */
  line: number | undefined;
  sql: string;
}

function exampleOf(rule: string, text: string): Example {
  const [, verdict, body = ""] = /^ {2}(no|yes) +(.*)$/.exec(text) ?? [];
  const marked = body.replaceAll("⏎", "\n");
  const whole = body.startsWith("with")
    ? marked
    : `with ratings as (select * from staging.ratings),\n\nfinal as (\n${marked}\n)\n\nselect * from final`;
  const [before = "", ...after] = whole.split("❯");
  return {
    rule,
    line:
      verdict === "yes" ? undefined : after.length === 1 ? before.split("\n").length : Number.NaN,
    sql: whole.replace("❯", ""),
  };
}

function readExamples(): Example[] {
  let rule = "";
  return examples
    .trim()
    .split("\n")
    .flatMap((text) => {
      if (text.startsWith(" ")) return [exampleOf(rule, text)];
      rule = text;
      return [];
    });
}

describe("the shared subset of SQL", () => {
  let parser: SqlParser;
  const all = readExamples();

  before(async () => {
    parser = await SqlParser.create();
  });
  after(() => {
    parser.close();
  });

  async function lint(sql: string): Promise<SubsetFault[]> {
    return lintSelect(await parser.parse("sql/marts/a.sql", sql));
  }

  it("has a rule for every example, and examples of both kinds for every rule", () => {
    const ids = subsetRules.map(({ id }) => id);
    const withBreach = new Set(
      all.filter(({ line }) => line !== undefined).map(({ rule }) => rule),
    );
    const withTwin = new Set(all.filter(({ line }) => line === undefined).map(({ rule }) => rule));
    expect([...withBreach]).to.have.members(ids);
    expect([...withTwin]).to.have.members(ids);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  for (const { rule, line, sql } of all) {
    const shown = sql.replace(/^with ratings as .*\n\n/, "").replace(/\s+/g, " ");
    if (line === undefined) {
      it(`${rule} is at peace with ${shown}`, async () => {
        expect(await lint(sql)).to.deep.equal([]);
      });
    } else {
      it(`${rule} refuses ${shown}`, async () => {
        const faults = await lint(sql);
        expect(faults.map((fault) => [fault.rule, fault.line])).to.deep.equal([[rule, line]]);
        expect(faults[0]?.file).to.equal("sql/marts/a.sql");
        expect(faults[0]?.message).to.match(/^[^\n]{15,}$/);
      });
    }
  }

  it("finds nothing in a whole mart", async () => {
    expect(await lint(mart)).to.deep.equal([]);
  });

  it("finds backticks and variables, which the examples above cannot hold", async () => {
    const name = await lint("with final as (\nselect `a` as b) select * from final");
    expect(name.map((fault) => [fault.rule, fault.line])).to.deep.include(["plain-identifiers", 2]);
    const dollar = "$";
    for (const held of [
      `'${dollar}{x}' as a`,
      `1 as a -- ${dollar}{x}`,
      `1 as a /* ${dollar}{x} */`,
    ]) {
      const faults = await lint(`with final as (\nselect ${held}\n) select * from final`);
      expect(faults.map((fault) => [fault.rule, fault.line])).to.deep.equal([
        ["plain-characters", 2],
      ]);
    }
  });

  it("says what was found and what to write instead", async () => {
    const faults = await lint(`with final as (select
      count(*) as a,
      sum(1) as b,
      round(1, 2) as c,
      substring('a') as d,
      collect_set(1) over () as e,
      cast(1 as int) as f,
      bigint '5' as g
      from raw.x, y) select * from final`);
    expect(faults.map(({ message }) => message)).to.deep.equal([
      "count is not cast: write cast(count(...) as bigint)",
      "sum is not cast: write cast(sum(...) as bigint), or as double for a sum of doubles",
      "round has 2 arguments: on both engines it has 1",
      "substring has 1 arguments: on both engines it has 2 to 3",
      "the start is not a number other than 0: write 1 or more",
      "collect_set with over (...) is not shared: aggregate in a CTE and join it",
      "the type int is not shared: write cast(x as bigint)",
      "the type bigint '...' is not shared: write one of bigint, double, string, boolean, date, timestamp",
      "raw is not a layer: write staging. or core. or marts. before the table",
      "y is not a CTE above: write staging. or core. or marts. before the table",
    ]);
  });

  it("lists the faults by line and each one once", async () => {
    const faults = await lint(
      "with final as (\nselect case upper('a') when 'a' then 1 when 'b' then 2 end as a,\n" +
        "count(*) as b from staging.ratings order by 1)\nselect * from final",
    );
    expect(faults.map((fault) => [fault.line, fault.rule])).to.deep.equal([
      [2, "function-not-shared"],
      [3, "sorts-place-nulls"],
      [3, "integer-results-are-cast"],
    ]);
  });
});
