import { expect, test } from "vitest";

import { coverageNotes, untaggedNotes } from "../../src/analysis/waste/hygiene.ts";
import { money } from "../../src/domain/money.ts";

const share = (value: string | null, amount: string, currency = "USD") => ({ value, cost: money(amount, currency) });

test("untagged usage is named above a twentieth, currency by currency", () => {
  expect(untaggedNotes("team", [share("a", "95"), share(null, "5")])).toEqual([]);
  expect(untaggedNotes("team", [share("a", "90"), share(null, "10"), share(null, "3", "EUR")])).toEqual([
    {
      rule: "tag.untagged_spend",
      note: "100 % (€3.00 of €3.00), 10 % ($10.00 of $100.00) of usage has no team tag: nobody can be asked about it.",
    },
  ]);
  expect(untaggedNotes("team", [])).toEqual([]);
});

test("on-demand usage is named above three tenths", () => {
  expect(coverageNotes([share("Standard", "30"), share("Committed", "70")])).toEqual([]);
  const [note] = coverageNotes([share("Standard", "60"), share("Committed", "30"), share("Dynamic", "10")]);
  expect(note?.note).toContain("60 % ($60.00 of $100.00)");
});
