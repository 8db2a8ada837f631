with movies as (select id as tmdb_id, production_companies from raw.movies),

elements as (
    select tmdb_id, unnest(production_companies) as element, generate_subscripts(production_companies, 1) as position from movies
),

-- A film that lists the same company twice has it once: the first stays.
final as (
    select
        tmdb_id,
        element.id as company_id,
        trim_outer(element.name) as company
    from elements
    qualify row_number() over (partition by tmdb_id, element.id order by position) = 1
)

select * from final
