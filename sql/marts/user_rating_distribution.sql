-- Half stars are whole numbers, so a user on the border of two buckets falls on the right side.
with users as (
    select
        user_id,
        rating_count,
        cast(floor(average_rating * rating_count * 2e0 + 5e-1) as double) as half_stars
    from marts.average_rating_by_user
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
