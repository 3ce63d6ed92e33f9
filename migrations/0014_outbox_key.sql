-- A card that is kept right is found by its key, in whatever channels it was posted: every decision, and every detection
-- run, looks for it. Without this index that is a walk over all that was ever posted.
create index outbox_key on outbox (key text_pattern_ops);

-- Business day on which a recommendation's card was put before people by itself; null = not yet. A few a week, each once.
alter table recommendation add column shown_on date;
create index recommendation_shown on recommendation (shown_on) where shown_on is not null;
