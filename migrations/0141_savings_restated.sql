-- A bill is restated while its month is open: the measured figure follows it, and says what it was. After the provider's
-- own window the ledger keeps what it closed with, beside what the bill says now.
alter table savings_ledger
  add column restated_from numeric,   -- what the bill said before it was restated; null = it was not
  add column restated_to   numeric;   -- what it says since the month was closed; null = the same
