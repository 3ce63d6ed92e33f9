import { streakDays } from "./day-mask.ts";
import { costFact, reaches } from "./hint.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { activeDaysOf, monthlyCostOf } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { BilledLine, LineAttributes, WasteRule } from "./rule.ts";

/** Capacity that is the same to a hundredth on every day: nothing scales it, and demand is rarely that even. */
export const provisionedTable: WasteRule = {
  id: "db.dynamodb.provisioned",
  title: "Table with fixed capacity",
  subject: "resource",
  confidence: "B",
  looksAt: "DynamoDB tables whose provisioned capacity did not move for 14 days.",
  formula: "unknown until the consumed capacity is known: (provisioned − 1.3 × P95 consumed) × price",
  source: "waste-rules §5, §7",
  proof: "P95 of consumed read and write capacity below 20 % of what is provisioned, and no auto scaling.",
  options: {
    flatDays: { default: 14, min: 7, max: 14, unit: "days", about: "with the same capacity" },
    costMonthly: {
      default: 10,
      min: 0,
      max: 1_000_000,
      unit: "",
      about: "a month it must cost, in the bill's currency",
    },
  },
  action: "rightsize",
  risk: "L",
  effort: "1",
  ageDaysMin: 14,
  keptFor: /spik|peak|reserved/i,
  triggers: isCapacity,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isCapacity);
    const days = streakDays(activeDaysOf(lines));
    if (days < context.options.number("flatDays") || !lines.every(isFlat)) return null;
    if (!reaches(monthlyCostOf(resource, lines), context.options.number("costMonthly"))) return null;
    return {
      parts: lines.map((line) => ({ line, saving: null })),
      evidence: [{ fact: "days with the same capacity", value: String(days) }, costFact(resource, "capacity", lines)],
      arithmetic: "unknown until the consumed capacity is known",
      remedy: remedyFor(resource, (id, region) => [
        `aws application-autoscaling describe-scalable-targets --service-namespace dynamodb --resource-ids table/${id}${region}`,
        "# None, and little of the capacity is consumed (once in 24 hours):",
        `aws dynamodb update-table --table-name ${id} --billing-mode PAY_PER_REQUEST${region}`,
      ]),
      rollback: "The same command with PROVISIONED and the old capacity, 24 hours later.",
    };
  },
};

/** Within a hundredth over the last 14 days. */
function isFlat({ dayQuantityMin, dayQuantityMax }: BilledLine): boolean {
  if (dayQuantityMin === null || dayQuantityMax === null || dayQuantityMin <= 0n) return false;
  return (dayQuantityMax - dayQuantityMin) * 100n <= dayQuantityMax;
}

function isCapacity(provider: string, line: LineAttributes): boolean {
  return (
    provider === "aws" && isUsage(line, /(?:Read|Write|ReplWrite)CapacityUnit-Hrs$/, /hour of (?:read|write) capacity/i)
  );
}
