with movies as (select * from raw.movies),

final as (
    select
        id as tmdb_id,
        case when regexp_full_match(imdb_id, 'tt[0-9]{7,}') then imdb_id end as imdb_id,
        title,
        original_title,
        original_language,
        overview,
        tagline,
        homepage,
        poster_path,
        status,
        adult,
        video,
        release_date,
        -- TMDB writes 0 for "not known".
        nullif(runtime, 0) as runtime_minutes,
        nullif(budget, 0) as budget_usd,
        nullif(revenue, 0) as revenue_usd,
        popularity,
        vote_average,
        vote_count,
        belongs_to_collection.id as collection_id,
        trim_outer(belongs_to_collection.name) as collection_name
    from movies
)

select * from final
