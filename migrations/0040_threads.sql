-- What happened to a card is said in its thread.

-- Replies are numbered by how many there are under their parent.
create index outbox_under on outbox (under) where under is not null;
-- Undo windows that ran out are closed, so that no card offers what is refused.
create index recommendation_undo on recommendation (undo_until) where undo_until is not null;
