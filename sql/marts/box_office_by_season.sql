with movies as (
    select release_date, cast(date_trunc('month', release_date) as date) as release_month, revenue_usd
    from staging.movies
    where release_date is not null and revenue_usd is not null
),

price_levels as (select month, price_index, newest_index from core.price_levels),

priced_movies as (
    select
        movies.release_date,
        movies.revenue_usd,
        movies.revenue_usd * price_levels.newest_index / nullif(price_levels.price_index, 0e0) as real_revenue_usd
    from movies
    left join price_levels on movies.release_month = price_levels.month
),

final as (
    select
        cast(month(release_date) as bigint) as calendar_month,
        cast(min(quarter(release_date)) as bigint) as quarter,
        cast(count(*) as bigint) as movies,
        avg(revenue_usd) as average_revenue_usd,
        median(revenue_usd) as median_revenue_usd,
        cast(count(real_revenue_usd) as bigint) as movies_with_real_revenue,
        avg(real_revenue_usd) as average_real_revenue_usd
    from priced_movies
    group by month(release_date)
)

select * from final
