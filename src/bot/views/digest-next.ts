import type { DigestAnswer } from "../../domain/contract-operations.ts";
import type { Dimension } from "../../domain/dimension.ts";
import { formatMoney, money } from "../../domain/money.ts";
import { daysText, dimensionText, filterValueText } from "../../domain/question-text.ts";
import { day } from "../../domain/period.ts";
import { mainRiser, placeOf } from "./digest-words.ts";

/** A rise of usage that is worth somebody's time. */
const WORTH_ASKING = 0.05;
const LABEL_MAX = 30;

/** What to do about a digest: one thing, as a sentence, and the command that begins it. */
export type NextStep = { readonly text: string; readonly label: string; readonly command: string | null };

/** The most pressing of: a budget over its amount, a rise to look into, another budget at risk, money to save. */
export function nextStep(digest: DigestAnswer): NextStep {
  const over = digest.budgets.find(({ state }) => state === "over");
  const rise = digest.usage.total.some(({ change }) => Number(change.ratio ?? 0) >= WORTH_ASKING);
  const riser = mainRiser(digest);
  if (over !== undefined) return budgetStep(over);
  if (rise && riser !== undefined) return riseStep(digest, riser);
  const [risky] = digest.budgets;
  if (risky !== undefined) return budgetStep(risky);
  const [finding] = digest.savings.top;
  if (finding !== undefined) {
    const saving =
      finding.saving === null
        ? ""
        : ` saves ${formatMoney(money(finding.saving.amount, finding.saving.currency))} a month`;
    const text = `Next: ${finding.title.toLowerCase()}, ${finding.name ?? finding.resource},${saving === "" ? " could be saved" : saving}.`;
    return { text, label: "Save it", command: "waste" };
  }
  return { text: "Nothing needs you.", label: "", command: null };
}

function budgetStep({ name, percent, command }: DigestAnswer["budgets"][number]): NextStep {
  return { text: `Next: budget ${name} is at ${percent}.`, label: `Budget ${name}`.slice(0, LABEL_MAX), command };
}

function riseStep(digest: DigestAnswer, riser: DigestAnswer["risers"][number]): NextStep {
  const [service = "it", ...where] = placeOf(riser);
  const account = riser.names?.["sub-account"] ?? riser.key["sub-account"];
  const owner = riser.reason?.owner ?? null;
  const place = account ?? where[0];
  const text =
    owner === null
      ? `Next: see why ${service} rose${place === undefined || place === null ? "" : ` in ${place}`}.`
      : `Next: ask ${owner} about it.`;
  const filters = Object.entries(riser.key).map(
    ([dimension, value]) =>
      `for ${dimensionText(dimension as Dimension)} ${filterValueText(dimension as Dimension, value)}`,
  );
  const span = daysText(day(digest.period.from), day(digest.period.to));
  const before = daysText(day(digest.usage.against.from), day(digest.usage.against.to));
  const command = `cost ${span} by resource ${filters.join(" ")} vs ${before} without ${NOT_USAGE}`;
  return { text, label: `Why ${service} rose`.slice(0, LABEL_MAX), command };
}
const NOT_USAGE = "tax,credits,refunds,corrections,adjustments,purchases";
