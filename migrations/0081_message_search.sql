-- Search over what was said: what people typed and what cards say.
--
-- Why a function and a generated column: every writer of a message fills it, and an edit corrects it, without knowing.
-- Why words are cut at punctuation by hand: the parser of Postgres keeps `prod/web-1`, `a.b.example` and `us-east-1` as
-- paths, hosts and signed numbers, and then nobody finds them by a part. Search cuts what is looked for the same way
-- (src/store/message-search.ts). Why `simple`: service names, teams and ids are no English to be stemmed.
-- Points of charts are left out: thousands of amounts that nobody looks for. 100,000 characters are enough to find a card
-- by, and stay below what a tsvector may hold (1 MB) whatever they are.

create function message_text(body text, card jsonb) returns text language sql immutable parallel safe as $$
  select left(concat_ws(' ', body, card ->> 'title', card ->> 'summary', card ->> 'status', (
    select string_agg(part #>> '{}', ' ')
    from (
      select jsonb_path_query(card, '$.blocks[*].facts[*].label') union all
      select jsonb_path_query(card, '$.blocks[*].caption') union all
      select jsonb_path_query(card, '$.blocks[*].alt') union all
      select jsonb_path_query(card, '$.blocks[*].columns[*].header') union all
      select jsonb_path_query(card, '$.blocks[*].facts[*].value[*] ? (@.type() == "string")') union all
      select jsonb_path_query(card, '$.blocks[*].facts[*].value[*].text') union all
      select jsonb_path_query(card, '$.blocks[*].rows[*][*][*] ? (@.type() == "string")') union all
      select jsonb_path_query(card, '$.blocks[*].rows[*][*][*].text') union all
      select jsonb_path_query(card, '$.blocks[*].totals[*][*] ? (@.type() == "string")') union all
      select jsonb_path_query(card, '$.blocks[*].totals[*][*].text') union all
      select jsonb_path_query(card, '$.blocks[*].items[*][*] ? (@.type() == "string")') union all
      select jsonb_path_query(card, '$.blocks[*].items[*][*].text') union all
      select jsonb_path_query(card, '$.blocks[*].text[*] ? (@.type() == "string")') union all
      select jsonb_path_query(card, '$.blocks[*].text[*].text') union all
      select jsonb_path_query(card, '$.footer[*]')
    ) as said(part)
  )), 100000)
$$;

create function search_words(said text) returns tsvector language sql immutable parallel safe as $$
  select to_tsvector('simple', regexp_replace(said, '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+', ' ', 'g'))
$$;

alter table message add column words tsvector generated always as (search_words(message_text(body, card))) stored;
create index message_words on message using gin (words);
