import { expect, test } from "vitest";

import type { Finding, WasteAnswer } from "../../domain/contract.ts";
import { wasteCard } from "./waste-card.ts";
import { wasteFindingCard } from "./waste-finding-card.ts";
import { typedCommands } from "../typed-command.ts";

const finding: Finding = {
  id: "waste_0123456789ab",
  rule: "net.nat.idle",
  title: "Idle NAT gateway",
  resource: "arn:aws:ec2:us-east-1:1:natgateway/nat-1",
  name: null,
  provider: "aws",
  account: "1",
  region: "us-east-1",
  saving: { amount: "32.832", currency: "USD" },
  evidence: [{ fact: "days billed, in a row", value: "35" }],
  arithmetic: "30.4 × $1.08 a day",
  confidence: "A",
  risk: "M",
  effort: "1",
  remedy: ["# Look first.", "aws ec2 delete-nat-gateway --nat-gateway-id 'nat-1'"],
  rollback: "Create it again.",
};
const answer = (findings: Finding[], rest: Partial<WasteAnswer> = {}): WasteAnswer => ({
  findings,
  total: [{ amount: "32.832", currency: "USD" }],
  hygiene: [],
  totalToVerify: [],
  totalTrends: [],
  heldBack: [],
  excluded: [],
  period: { from: "2025-09-13", to: "2025-10-18" },
  scope: "everything",
  sources: [],
  ...rest,
});

test("the total is said a month and a year; what has no price is said and not counted", () => {
  const unknown = { ...finding, id: "waste_0123456789ac", saving: null };
  const card = wasteCard(answer([finding, unknown]));
  expect(card.summary).toBe("2 findings could save $32.83 a month, $393.98 a year. Each is proven by the bill alone.");
  const text = JSON.stringify(card.blocks);
  expect(text).toContain('"unknown"');
  expect(text).toContain("1 of 2");
  expect(card.footer[0]).toBe("Bills from 2025-09-13 to 2025-10-17, scope: everything");
});

test("currencies stand apart", () => {
  const total = [
    { amount: "10", currency: "EUR" },
    { amount: "32.832", currency: "USD" },
  ];
  expect(wasteCard(answer([finding], { total })).summary).toContain("€10.00 and $32.83 a month");
});

test("nothing found is good news with what was left alone; no bills is neither", () => {
  const none = wasteCard(answer([], { total: [], heldBack: [{ reason: "excluded by a tag", count: 2 }] }));
  expect([none.title, none.tone]).toEqual(["Waste: nothing found", "good"]);
  expect(JSON.stringify(none.blocks)).toContain("2 excluded by a tag");
  expect(wasteCard(answer([], { period: null })).title).toBe("Waste: no bills yet");
});

test("a hostile name stays text, in the list and in the finding", () => {
  const name = "<script>@everyone *x* =HYPERLINK(1)";
  const card = wasteCard(answer([{ ...finding, name }]));
  expect(JSON.stringify(card.blocks)).toContain("<script>@everyone *x* =HYPERLINK(1)");
  expect(card.actions.flatMap(typedCommands)[0]?.command).toBe("waste waste_0123456789ab");
  const one = wasteFindingCard({ ...finding, name });
  expect(one.blocks.find((block) => block.kind === "list")).toMatchObject({
    items: ["Look first.", [{ kind: "code", text: "aws ec2 delete-nat-gateway --nat-gateway-id 'nat-1'" }]],
  });
});

test("what is to be verified and trends stand apart, each with its own total, and are in no other", () => {
  const hint: Finding = {
    ...finding,
    id: "waste_0123456789ad",
    confidence: "B",
    proof: "Ask its owner.",
    title: "Disk that seems unattached",
  };
  const trend: Finding = {
    ...finding,
    id: "waste_0123456789ae",
    confidence: "C",
    proof: "Look.",
    title: "Many addresses",
    saving: null,
  };
  const card = wasteCard(
    answer([finding, hint, trend], { totalToVerify: [{ amount: "100", currency: "USD" }], totalTrends: [] }),
  );
  expect(card.title).toBe("Waste: 1 finding");
  expect(card.summary).toBe(
    "One resource could save $32.83 a month, $393.98 a year. Each is proven by the bill alone. To verify, not counted: 1 hint, $100.00 a month. 1 trend to look at.",
  );
  const captions = card.blocks.flatMap((block) => ("caption" in block ? [block.caption] : []));
  expect(captions).toEqual(["Proven", "To verify", "Trends"]);
  const only = wasteCard(answer([hint], { total: [], totalToVerify: [{ amount: "100", currency: "USD" }] }));
  expect([only.title, only.tone]).toEqual(["Waste: 0 findings proven", "neutral"]);
  expect(only.summary).toContain("Nothing is proven to be waste. To verify, not counted: 1 hint");
  const one = wasteFindingCard(hint);
  expect(one.summary).toContain("verify first");
  expect(JSON.stringify(one.blocks)).toContain("Ask its owner.");
});
