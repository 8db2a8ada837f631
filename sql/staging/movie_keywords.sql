with keywords as (select id as tmdb_id, keywords from raw.keywords),

elements as (
    select tmdb_id, unnest(keywords) as element, generate_subscripts(keywords, 1) as position
    from keywords
),

-- A film that lists the same keyword twice has it once: the first stays.
final as (
    select
        tmdb_id,
        element.id as keyword_id,
        trim_outer(element.name) as keyword
    from elements
    qualify row_number() over (partition by tmdb_id, element.id order by position) = 1
)

select * from final
