with releases as (
    select distinct
        tmdb_id,
        company_id,
        company,
        release_year,
        popularity,
        budget_usd,
        revenue_usd,
        profit_usd
    from core.movie_genre_companies
    where company_id is not null and release_year is not null
),

final as (
    select
        company_id,
        release_year,
        company,
        cast(count(*) as bigint) as movies,
        cast(count(budget_usd) as bigint) as movies_with_budget,
        cast(sum(budget_usd) as bigint) as budget_usd,
        cast(count(revenue_usd) as bigint) as movies_with_revenue,
        cast(sum(revenue_usd) as bigint) as revenue_usd,
        cast(count(profit_usd) as bigint) as movies_with_profit,
        cast(sum(profit_usd) as bigint) as profit_usd,
        avg(popularity) as average_popularity
    from releases
    group by company_id, release_year, company
)

select * from final
