with cpi as (select month, price_index from raw.cpi),

final as (select month, price_index from cpi)

select * from final
