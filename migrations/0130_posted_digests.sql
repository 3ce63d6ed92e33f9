-- Digests that were posted, as they stand: when a day they show is restated, the posted card is edited and says so.
--
-- Why the whole digest: what it says of savings and budgets is of that morning and stays; what it says of costs is asked
-- again, with the scope, the day and the currency it was asked with. `first` is what people were told first: what a
-- restatement is measured by, however often it comes.

create table posted_digest (
  key              text primary key,            -- of its card in the outbox; all copies share it
  schedule         text not null,
  channel          text,
  scope            jsonb not null,              -- channel ∩ creator when it was posted
  today            date not null,               -- the day it was read on, in the schedule's zone
  late_since       text,                        -- what its status said when it was late
  digest           jsonb not null,              -- a DigestAnswer: as the card shows it now
  first            jsonb not null,              -- {day: [amounts]} of the picture and the total as first posted
  restated         integer not null default 0,  -- how often it was edited
  posted_at        timestamptz not null default now()
);
create index posted_digest_posted on posted_digest (posted_at);
