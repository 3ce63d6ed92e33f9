/** Tag keys of the load (normalised), most used first, with their number of distinct values. */
export function promotedTagCandidatesSql(limit: number): string {
  return `with pairs as (select unnest(map_entries(try_cast(normalised::json as map(varchar, varchar)))) as e
  from (select distinct on (id) id, normalised from tag_set where id is not null))
select e.key as key, count(distinct e.value) as n from pairs group by e.key order by count(*) desc, e.key limit ${limit}`;
}
