-- Up to where somebody has read: one number a channel, since ids rise within it, and one for each thread they have been
-- in. Kept here and not in the browser, so that what was read on the phone is read on the desk.
--
-- Why no row for everybody and every message: a mark is a number that only grows, so reading twice, out of order or from
-- two devices needs no locking and ends the same.

create table read_mark (
  person_id        text not null,               -- principal, or `local`: whoever sits at this machine
  channel          text not null references channel on delete cascade,
  thread           bigint not null default 0,   -- message the thread hangs from; 0 = the channel itself
  upto             bigint not null,             -- message id
  primary key (person_id, channel, thread)
);
