-- Slack: which workspaces the bot is installed in, where its messages are, and which pictures are there already.
--
-- Why messages are kept beside the outbox: Slack has no idempotent post. A repeated post must find the message its key
-- already has, and an older edit must not undo a newer one. Why pictures: an edited card shows the file that was
-- uploaded for it, instead of a new one at every edit. Why tokens are sealed: who reads a backup must not be able to
-- speak in somebody's workspace.

create table slack_installation (
  team_id          text primary key,            -- of the workspace, or of the organisation for an org-wide install
  enterprise_id    text,
  sealed           bytea not null,              -- AES-256-GCM of the installation as @slack/oauth gives it
  expires_at       timestamptz,                 -- of the access token; null = it does not expire
  installed_at     timestamptz not null default now(),
  rotated_at       timestamptz
);

create table slack_message (
  channel          text not null,               -- C…, D… or G…; `@U…` for a talk named by the person
  key              text not null,               -- as in outbox
  generation       integer not null,
  conversation     text not null,               -- the id of the conversation it is in
  ts               text not null,               -- its name there
  revision         integer not null,
  posted_at        timestamptz not null default now(),
  primary key (channel, key, generation)
);

create table slack_picture (
  team_id          text not null,
  picture          text not null,               -- what it shows (src/bot/channels/picture-id.ts)
  file_id          text not null check (file_id ~ '^F[A-Z0-9]{8,}$'),
  made_at          timestamptz not null default now(),
  primary key (team_id, picture)
);

-- Which workspace a conversation or person belongs to, where several are installed; learnt from what arrives.
create table slack_place (
  id               text primary key,
  team_id          text not null,
  seen_at          timestamptz not null default now()
);

-- Who has opened the home tab: it is published anew when what it shows changes.
create table slack_home (
  team_id          text not null,
  user_id          text not null,
  shown            text,                        -- digest of what was published last
  opened_at        timestamptz not null default now(),
  primary key (team_id, user_id)
);
