with cpi as (select month, price_index from staging.cpi where price_index is not null),

newest_month as (select max(month) as month from cpi),

newest as (
    select cpi.month as newest_month, cpi.price_index as newest_index
    from cpi
    inner join newest_month on cpi.month = newest_month.month
),

final as (
    select cpi.month, cpi.price_index, newest.newest_month, newest.newest_index
    from cpi
    cross join newest
)

select * from final
