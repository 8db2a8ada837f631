with ratings as (select user_id, movie_id, rating, rated_at from staging.ratings),

movies as (select movie_id, title from core.movies),

ranked as (
    select
        user_id,
        movie_id,
        rating,
        rated_at,
        cast(
            row_number() over (
                partition by user_id
                order by rating desc nulls last, rated_at desc nulls last, movie_id asc nulls last
            ) as bigint
        ) as rank
    from ratings
),

best as (select user_id, rank, movie_id, rating, rated_at from ranked where rank <= 3),

final as (
    select best.user_id, best.rank, best.movie_id, movies.title, best.rating, best.rated_at
    from best
    left join movies on best.movie_id = movies.movie_id
)

select * from final
