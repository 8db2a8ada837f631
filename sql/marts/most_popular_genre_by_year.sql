with genres as (
    select release_year, genre, movies, average_popularity, popularity_rank from marts.genre_by_year
),

final as (
    select release_year, genre, movies, average_popularity
    from genres
    where popularity_rank = 1 and average_popularity is not null
)

select * from final
