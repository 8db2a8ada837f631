with credits as (select id as tmdb_id, cast_list, record_ordinal, delivered_at from raw.credits),

elements as (
    select
        tmdb_id,
        record_ordinal,
        delivered_at,
        unnest(cast_list) as element,
        generate_subscripts(cast_list, 1) as position
    from credits
),

-- A credit_id names one credit of all films; should it stand twice, the newest delivery's first stays.
final as (
    select
        tmdb_id,
        element.credit_id as credit_id,
        element.cast_id as cast_id,
        element."order" as cast_order,
        element."character" as character,
        element.id as person_id,
        trim_outer(element.name) as name,
        element.gender as gender,
        element.profile_path as profile_path
    from elements
    qualify row_number() over (
        partition by element.credit_id
        order by delivered_at desc, record_ordinal asc, tmdb_id asc, position asc
    ) = 1
)

select * from final
