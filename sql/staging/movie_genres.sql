with movies as (select id as tmdb_id, genres from raw.movies),

elements as (
    select tmdb_id, unnest(genres) as element, generate_subscripts(genres, 1) as position from movies
),

-- A film that lists the same genre twice has it once: the first stays.
final as (
    select
        tmdb_id,
        element.id as genre_id,
        trim_outer(element.name) as genre
    from elements
    qualify row_number() over (partition by tmdb_id, element.id order by position) = 1
)

select * from final
