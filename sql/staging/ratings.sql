with ratings as (select user_id, movie_id, rating, rated_second from raw.ratings),

final as (
    select
        user_id,
        movie_id,
        rating,
        to_timestamp(rated_second) as rated_at,
        -- From the epoch, not from the zoned instant: its parts are slow to take.
        cast(date_trunc('month', make_timestamp(rated_second * 1000000)) as date) as rated_month
    from ratings
)

select * from final
