with movies as (select id as tmdb_id, production_countries from raw.movies),

elements as (
    select tmdb_id, unnest(production_countries) as element, generate_subscripts(production_countries, 1) as position from movies
),

-- A film that lists the same country twice has it once: the first stays.
final as (
    select
        tmdb_id,
        element.iso_3166_1 as country_code,
        trim_outer(element.name) as country
    from elements
    qualify row_number() over (partition by tmdb_id, element.iso_3166_1 order by position) = 1
)

select * from final
