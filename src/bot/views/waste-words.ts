import type { Finding } from "../../domain/contract.ts";

/** How sure, how dangerous and how long, in words people know. */
export const CONFIDENCE_WORDS: Readonly<Record<Finding["confidence"], string>> = {
  A: "A, proven",
  B: "B, verify",
  C: "C, trend",
};
export const RISK_WORDS: Readonly<Record<Finding["risk"], string>> = {
  L: "low: reversible, no data touched",
  M: "medium: a restart or a change of configuration",
  H: "high: an outage or loss of data is possible",
};
export const EFFORT_WORDS: Readonly<Record<Finding["effort"], string>> = { "1": "minutes", "2": "hours", "3": "days" };
