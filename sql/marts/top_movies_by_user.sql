with ratings as (select user_id, movie_id, rating, rated_at from staging.ratings),

movies as (select movie_id, title from core.movies),

-- Kept three a user while the ratings go by: to rank all of them takes four times as long.
users as (
    select user_id, three_best(rating, rated_at, movie_id) as films from ratings group by user_id
),

films as (select user_id, explode(films) as film from users),

best as (
    select
        user_id,
        film.lowest * -1 as movie_id,
        film.highest as rating,
        film.then_highest as rated_at
    from films
),

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
    from best
),

final as (
    select ranked.user_id, ranked.rank, ranked.movie_id, movies.title, ranked.rating, ranked.rated_at
    from ranked
    left join movies on ranked.movie_id = movies.movie_id
)

select * from final
