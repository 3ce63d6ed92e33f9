-- What a billing month came to when somebody closed it: the figures people compared with their invoices.
--
-- Why they are kept: a cloud may restate a month that was closed. Nothing is re-opened silently; the difference to what
-- was kept is told. A part of the bills has its own records: `scope` is what was seen (src/domain/scope.ts), spelled the
-- same way whatever the order it was said in.

create table close_record (
  id               bigint generated always as identity primary key,
  billing_month    date not null,
  scope            jsonb not null,
  kept_on          date not null,               -- business day
  kept_by          text not null,               -- principal id, or the schedule that posted it
  figures          jsonb not null               -- [{invoice, account, currency, billed, effective}], exact decimal texts
);
create index close_record_month on close_record (billing_month, scope, id);
