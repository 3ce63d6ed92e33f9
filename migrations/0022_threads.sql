-- Threads one deep, files beside cards, and what a card's buttons carry.
--
-- Why replies are counted on the parent and a reply moves the parent's seq: an open page that shows only the channel
-- learns that there is something new under a message as it learns of an edit, and catches up on it after a lost connection.

alter table message
  add column thread         bigint references message on delete cascade,  -- the message it hangs from, never a reply
  add column replies        integer not null default 0,
  add column last_reply_at  timestamptz,
  add column tokens         text[] not null default '{}';                 -- one for each action of the card, in order
create index message_thread on message (thread, id) where thread is not null;

create table chat_file (
  message_id       bigint primary key references message on delete cascade,
  name             text not null,
  mime             text not null,
  bytes            bytea not null check (length(bytes) <= 4194304)
);
