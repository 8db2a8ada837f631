with ratings as (select user_id, movie_id, rating from staging.ratings),

genres as (select movie_id, genre from core.rated_movie_genres),

popularity as (
    select
        genres.genre,
        cast(count(*) as bigint) as rating_count,
        cast(count(distinct ratings.user_id) as bigint) as user_count,
        avg(ratings.rating) as average_rating
    from ratings
    inner join genres on ratings.movie_id = genres.movie_id
    group by genres.genre
),

final as (
    select
        genre,
        rating_count,
        user_count,
        average_rating,
        cast(
            row_number() over (order by rating_count desc nulls last, genre asc nulls last)
            as bigint
        ) as popularity_rank
    from popularity
)

select * from final
