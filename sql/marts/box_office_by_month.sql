with movies as (
    select release_date, cast(date_trunc('month', release_date) as date) as release_month, revenue_usd
    from staging.movies
    where release_date is not null and revenue_usd is not null
),

price_levels as (select month, price_index, newest_index from core.price_levels),

months as (
    select
        release_month,
        cast(count(*) as bigint) as movies,
        cast(sum(revenue_usd) as bigint) as revenue_usd,
        avg(revenue_usd) as average_revenue_usd
    from movies
    group by release_month
),

-- All films of a row were released in one month, so one factor turns their sum into real money.
final as (
    select
        cast(year(months.release_month) as bigint) as year,
        cast(month(months.release_month) as bigint) as month,
        cast(quarter(months.release_month) as bigint) as quarter,
        months.movies,
        months.revenue_usd,
        months.average_revenue_usd,
        case when price_levels.price_index is null then cast(0 as bigint) else months.movies end
            as movies_with_real_revenue,
        months.revenue_usd * price_levels.newest_index / nullif(price_levels.price_index, 0e0) as real_revenue_usd
    from months
    left join price_levels on months.release_month = price_levels.month
)

select * from final
