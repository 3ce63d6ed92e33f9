import { expect, test } from "vitest";

import { costAnswer } from "../../domain/contract.ts";
import { DAY_MIN, parseDay } from "../../domain/period.ts";
import { parseQuestion } from "../grammar/parse-question.ts";
import { costCard } from "./cost-card.ts";

const driver = (service: string, region: string, change: string, currency: string) => ({
  key: { region, service, team: "data" },
  change,
  currency,
  share: null,
});

const QUESTION = "last month by service vs previous";
const read = parseQuestion(QUESTION, { today: parseDay("2026-03-15") ?? DAY_MIN });
if (!read.ok) throw new Error("the question is not understood");
const { query } = read;
const TWO = [
  { amount: "120", currency: "EUR", previous: "100", change: { amount: "20", ratio: "0.2" } },
  { amount: "900", currency: "USD", previous: "1000", change: { amount: "-100", ratio: "-0.1" } },
];

/** The first sentences of the card of February against January, unless the receipt says otherwise. */
function summaryOf(total: readonly object[], drivers: readonly object[], receipt: object = {}): string {
  const answer = costAnswer.parse({
    query,
    rows: [],
    total,
    drivers,
    receipt: {
      metric: "effective",
      period: { from: "2026-02-01", to: "2026-03-01" },
      previousPeriod: { from: "2026-01-01", to: "2026-02-01" },
      basis: "charge days (ChargePeriod, UTC)",
      scope: "everything",
      dataThrough: "2026-03-01",
      sources: [],
      provisional: false,
      sourceRows: 4,
      rejects: 0,
      notes: [],
      question: QUESTION,
      ...receipt,
    },
  });
  return costCard(answer, query).summary;
}

test("each currency's main cause is named, and it goes the way its total goes", () => {
  const drivers = [
    driver("Blob Storage", "westeurope", "-30", "EUR"),
    driver("SQL Database", "westeurope", "25", "EUR"),
    driver("BigQuery", "us-central1", "40", "USD"),
    driver("Amazon EC2", "us-east-1", "-90", "USD"),
  ];
  expect(summaryOf(TWO, drivers)).toContain(
    "Mostly SQL Database in westeurope (data) +€25.00 and Amazon EC2 in us-east-1 (data) −$90.00.",
  );
});

test("a cause of less than half of the change is the largest one, not what it mostly is", () => {
  const drivers = [driver("Amazon EC2", "us-east-1", "-16", "USD"), driver("SQL Database", "westeurope", "25", "EUR")];
  const said = summaryOf(TWO, drivers);
  expect(said).not.toContain("Mostly");
  expect(said).toContain(
    "Largest changes: SQL Database in westeurope (data) +€25.00 and Amazon EC2 in us-east-1 (data) −$16.00.",
  );
  expect(summaryOf(TWO.slice(1), drivers)).toContain("Largest fall: Amazon EC2 in us-east-1 (data) −$16.00.");
});

test("periods of another length are compared per day too: a longer month costs more by itself", () => {
  expect(summaryOf(TWO, [])).toContain("3 days fewer; per day +32.9% and −0.4%.");
  const same = { previousPeriod: { from: "2026-01-04", to: "2026-02-01" } };
  expect(summaryOf(TWO, [], same)).not.toContain("per day");
});

test("where the bills begin after the compared period nothing is called new, and it is said", () => {
  const fresh = [{ amount: "120", currency: "EUR", previous: "0", change: { amount: "120", ratio: null } }];
  expect(summaryOf(fresh, [driver("SQL Database", "westeurope", "120", "EUR")], { billsBegin: "2026-02-01" })).toBe(
    "€120.00 in February 2026. Not compared with January 2026: the bills begin on 1 February 2026.",
  );
  expect(summaryOf(TWO, [], { billsBegin: "2026-01-21" })).toContain(
    "20 of the 31 days compared with have no bills: they begin on 21 January 2026.",
  );
});

test("one day is `on`, what only began to arrive is a part, and scope words read as a sentence", () => {
  const total = [{ amount: "12", currency: "EUR" }];
  const receipt = {
    period: { from: "2026-03-14", to: "2026-03-15" },
    previousPeriod: undefined,
    dataThrough: "2026-03-13",
    provisional: true,
    scope: "without tax",
  };
  expect(summaryOf(total, [], receipt)).toBe(
    "€12.00 on 14 March 2026 without tax. Only a part has arrived: bills are complete through 13 March.",
  );
});

test("usage in many units is counted in the headline, not recited", () => {
  const total = ["GB", "Hours", "Requests", "10K", "vCPU"].map((unit) => ({ amount: "1", currency: "XXX", unit }));
  expect(summaryOf(total, [], { metric: "usage", previousPeriod: undefined })).toBe(
    "1.00 GB, 1.00 Hours, 1.00 Requests and 2 more units in February 2026.",
  );
});
