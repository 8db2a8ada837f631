with release_dates as (
    select distinct release_date from staging.movies where release_date is not null
),

final as (
    select
        release_date,
        cast(day(release_date) as bigint) as day,
        cast(weekofyear(release_date) as bigint) as week,
        cast(month(release_date) as bigint) as month,
        cast(quarter(release_date) as bigint) as quarter,
        cast(year(release_date) as bigint) as year
    from release_dates
)

select * from final
