with links as (
    select movie_id, cast(imdb_number as varchar) as imdb_number, tmdb_id from raw.links
),

final as (
    select
        movie_id,
        -- IMDb writes at least seven digits; lpad would cut longer numbers.
        'tt' || case
            when length(imdb_number) < 7 then lpad(imdb_number, 7, '0') else imdb_number
        end as imdb_id,
        tmdb_id
    from links
)

select * from final
