with ratings as (select user_id, rating from staging.ratings),

final as (
    select
        user_id,
        cast(count(*) as bigint) as rating_count,
        avg(rating) as average_rating
    from ratings
    group by user_id
)

select * from final
