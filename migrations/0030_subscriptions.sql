-- Digests people subscribe a channel to.
--
-- Why the creator is kept as a copy: a subscription shows channel ∩ creator, judged anew at every run. Somebody who is
-- gone, or who lost the role or a part of the scope it was made with, shows nothing to anybody any more: it is paused,
-- and says so. `paused` is also how one that finops.yaml or we ourselves set up is switched off in chat, which a restart
-- must not undo.

alter table schedule
  add column report    jsonb,                   -- what a digest schedule posts (src/domain/report.ts); null = the daily digest
  add column creator   jsonb,                   -- {id, name, role, ownRole}: who subscribed; null = configuration, or ours
  add column paused    text,                    -- why it stands still, in words; null = it runs
  add column paused_at timestamptz;
