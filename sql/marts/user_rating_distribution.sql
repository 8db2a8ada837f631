with ratings as (select user_id, rating from staging.ratings),

-- Half stars are whole numbers, so a user on the border of two buckets falls on the right side.
users as (
    select user_id, sum(rating * 2e0) as half_stars, cast(count(*) as bigint) as rating_count
    from ratings
    group by user_id
),

user_buckets as (
    select
        user_id,
        cast(floor(5e0 * half_stars / nullif(rating_count, 0)) as double) / 1e1 as bucket
    from users
),

final as (
    select bucket, cast(count(*) as bigint) as user_count from user_buckets group by bucket
)

select * from final
