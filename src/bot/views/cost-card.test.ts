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

test("each currency's main cause is named, and it goes the way its total goes", () => {
  const question = "last month by service vs previous";
  const read = parseQuestion(question, { today: parseDay("2026-03-15") ?? DAY_MIN });
  if (!read.ok) throw new Error("the question is not understood");
  const answer = costAnswer.parse({
    query: read.query,
    rows: [],
    total: [
      { amount: "120", currency: "EUR", previous: "100", change: { amount: "20", ratio: "0.2" } },
      { amount: "900", currency: "USD", previous: "1000", change: { amount: "-100", ratio: "-0.1" } },
    ],
    drivers: [
      driver("Blob Storage", "westeurope", "-30", "EUR"),
      driver("SQL Database", "westeurope", "25", "EUR"),
      driver("BigQuery", "us-central1", "40", "USD"),
      driver("Amazon EC2", "us-east-1", "-90", "USD"),
    ],
    receipt: {
      metric: "effective",
      period: { from: "2026-02-01", to: "2026-03-01" },
      previousPeriod: { from: "2026-01-01", to: "2026-02-01" },
      basis: "charge period",
      scope: "everything",
      dataThrough: "2026-03-01",
      sources: [],
      provisional: false,
      sourceRows: 4,
      rejects: 0,
      notes: [],
      question,
    },
  });
  expect(costCard(answer, read.query).summary).toContain(
    "Mostly SQL Database in westeurope (data) +€25.00 and Amazon EC2 in us-east-1 (data) −$90.00.",
  );
});
