-- The name somebody came under, so that their home tab can be published anew without asking Slack.
alter table slack_home add column name text not null default '';
