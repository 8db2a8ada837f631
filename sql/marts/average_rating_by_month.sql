with ratings as (select rated_month, rating from staging.ratings),

final as (
    select
        cast(year(rated_month) as bigint) as year,
        cast(month(rated_month) as bigint) as month,
        cast(count(*) as bigint) as rating_count,
        avg(rating) as average_rating
    from ratings
    group by rated_month
)

select * from final
