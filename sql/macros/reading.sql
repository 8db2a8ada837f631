-- How dirty text becomes a value. Used by prepare alone, so DuckDB's whole dialect is allowed here.
-- Each macro gives NULL for text that cannot be read; telling "empty" from "unreadable" is the caller's part.

-- Outer white space as Unicode has it: NBSP and its kin, tabs and the old separators too.
create or replace macro trim_outer(text) as
    regexp_replace(text, '^[\s\v\x1c-\x1f\x{85}\pZ]+|[\s\v\x1c-\x1f\x{85}\pZ]+$', '', 'g');

-- A field of nothing but white space holds no number, date or boolean. What begins with a visible
-- ASCII character is not blank: nearly every field is spared the regular expression.
create or replace macro is_blank(text) as
    case
        when text is null then true
        when text >= '!' and text < chr(127) then false
        else trim_outer(text) = ''
    end;

-- The plain forms come first, without a look at white space, since nearly all numbers have them.
-- The guard stands before the cast, since the cast alone would take 1_000, 0x1F, nan and inf.
create or replace macro decimal_number(text) as
    case
        when regexp_full_match(text, '[0-9]{1,15}(\.[0-9]{1,15})?') then cast(text as double)
        when regexp_full_match(trim_outer(text), '[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?')
        then nullif(nullif(try_cast(trim_outer(text) as double), 'inf'::double), '-inf'::double)
    end;

-- 81, 81.0 and 9e+06 are whole numbers, 2.7 is not. Plain digits keep all of their 64 bits;
-- what is written another way goes through a double, and only as far as that is exact (2^53).
create or replace macro whole_number(text) as
    case
        when regexp_full_match(text, '[0-9]{1,18}') then cast(text as bigint)
        when regexp_full_match(trim_outer(text), '[-+]?[0-9]+(\.0*)?')
        then try_cast(split_part(trim_outer(text), '.', 1) as bigint)
        when abs(decimal_number(text)) <= 9007199254740992
            and decimal_number(text) = trunc(decimal_number(text))
        then cast(decimal_number(text) as bigint)
    end;

create or replace macro true_or_false(text) as
    case lower(trim_outer(text)) when 'true' then true when 'false' then false end;

-- Only the ISO form: the cast alone would take 2016/02/03 and other guesses.
create or replace macro calendar_date(text) as
    case
        when regexp_full_match(trim_outer(text), '[0-9]{4}-[0-9]{2}-[0-9]{2}')
        then try_cast(trim_outer(text) as date)
    end;

create or replace macro calendar_month(text) as cast(date_trunc('month', calendar_date(text)) as date);
