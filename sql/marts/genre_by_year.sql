with releases as (
    select distinct
        tmdb_id,
        genre,
        release_year,
        popularity,
        budget_usd,
        revenue_usd,
        profit_usd
    from core.movie_genre_companies
    where genre is not null and release_year is not null
),

-- Popularity split into two whole numbers, units of 2^-20 and of 2^-60: sums of whole numbers do
-- not depend on the order of adding, so genres with equal films tie on every run.
split_releases as (
    select
        *,
        cast(floor(popularity * 1048576e0) as double) as coarse_units,
        cast(
            floor(
                (popularity * 1048576e0 - cast(floor(popularity * 1048576e0) as double))
                * 1099511627776e0
            ) as double
        ) as fine_units
    from releases
),

genres as (
    select
        genre,
        release_year,
        cast(count(*) as bigint) as movies,
        cast(count(budget_usd) as bigint) as movies_with_budget,
        cast(sum(budget_usd) as bigint) as budget_usd,
        cast(count(revenue_usd) as bigint) as movies_with_revenue,
        cast(sum(revenue_usd) as bigint) as revenue_usd,
        cast(count(profit_usd) as bigint) as movies_with_profit,
        cast(sum(profit_usd) as bigint) as profit_usd,
        (sum(coarse_units) + sum(fine_units) / 1099511627776e0) / 1048576e0
        / nullif(count(popularity), 0) as average_popularity
    from split_releases
    group by genre, release_year
),

final as (
    select
        genre,
        release_year,
        movies,
        movies_with_budget,
        budget_usd,
        movies_with_revenue,
        revenue_usd,
        movies_with_profit,
        profit_usd,
        average_popularity,
        cast(
            row_number() over (
                partition by release_year
                order by average_popularity desc nulls last, genre asc nulls last
            ) as bigint
        ) as popularity_rank
    from genres
)

select * from final
