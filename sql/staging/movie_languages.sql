with movies as (select id as tmdb_id, spoken_languages from raw.movies),

elements as (
    select tmdb_id, unnest(spoken_languages) as element, generate_subscripts(spoken_languages, 1) as position from movies
),

-- A film that lists the same language twice has it once: the first stays.
final as (
    select
        tmdb_id,
        element.iso_639_1 as language_code,
        trim_outer(element.name) as language
    from elements
    qualify row_number() over (partition by tmdb_id, element.iso_639_1 order by position) = 1
)

select * from final
