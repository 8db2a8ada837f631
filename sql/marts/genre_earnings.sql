with releases as (
    select distinct
        tmdb_id,
        genre,
        cast(date_trunc('month', release_date) as date) as release_month,
        revenue_usd,
        profit_usd
    from core.movie_genre_companies
    where genre is not null and release_date is not null and revenue_usd is not null
),

price_levels as (select month, price_index, newest_index from core.price_levels),

priced_releases as (
    select
        releases.genre,
        releases.revenue_usd,
        releases.profit_usd,
        price_levels.price_index,
        releases.revenue_usd * price_levels.newest_index / nullif(price_levels.price_index, 0e0) as real_revenue_usd,
        releases.profit_usd * price_levels.newest_index / nullif(price_levels.price_index, 0e0) as real_profit_usd
    from releases
    left join price_levels on releases.release_month = price_levels.month
),

-- Real money split into two whole numbers, units of 2^-10 and of 2^-50 dollars: sums of whole
-- numbers do not depend on the order of adding, so genres with equal films tie on every run.
split_releases as (
    select
        *,
        cast(floor(real_revenue_usd * 1024e0) as double) as coarse_units,
        cast(
            floor(
                (real_revenue_usd * 1024e0 - cast(floor(real_revenue_usd * 1024e0) as double))
                * 1099511627776e0
            ) as double
        ) as fine_units
    from priced_releases
),

genres as (
    select
        genre,
        cast(count(real_revenue_usd) as bigint) as movies,
        cast(sum(case when price_index is not null then revenue_usd end) as bigint) as revenue_usd,
        (sum(coarse_units) + sum(fine_units) / 1099511627776e0) / 1024e0 as real_revenue_usd,
        avg(real_revenue_usd) as average_real_revenue_usd,
        cast(count(real_profit_usd) as bigint) as movies_with_real_profit,
        sum(real_profit_usd) as real_profit_usd,
        cast(count(*) - count(real_revenue_usd) as bigint) as movies_without_cpi
    from split_releases
    group by genre
),

final as (
    select
        genre,
        movies,
        revenue_usd,
        real_revenue_usd,
        average_real_revenue_usd,
        movies_with_real_profit,
        real_profit_usd,
        cast(
            row_number() over (order by real_revenue_usd desc nulls last, genre asc nulls last)
            as bigint
        ) as earnings_rank,
        movies_without_cpi
    from genres
    where movies > 0
)

select * from final
