import { formatMoney } from "../../domain/money.ts";
import { monthsText, reaches } from "./hint.ts";
import type { WasteRule } from "./rule.ts";

/** A service nobody paid for before this month. Often wanted; sometimes a trial somebody forgot. */
export const newService: WasteRule = {
  id: "anomaly.new_service",
  title: "Service seen for the first time",
  subject: "service",
  confidence: "C",
  looksAt: "Services with cost this month and none in the months before, for each cloud.",
  formula: "none: whether it is wanted is not in the bill",
  source: "waste-rules §7",
  proof: "Ask who began it: cost by account and resource shows where it runs.",
  options: {
    costMonthly: {
      default: 20,
      min: 0,
      max: 10_000_000,
      unit: "",
      about: "this month it must cost, in the bill's currency",
    },
  },
  historyMonths: 4,
  action: "stop",
  risk: "L",
  effort: "1",
  ageDaysMin: 0,
  triggers: () => false,
  // A service has no lines: its months are all there is, and the last one is the month under way.
  evaluate: (service, context) => {
    const months = context.history(service);
    const [now, ...before] = [...months].reverse();
    if (now === undefined || before.some(({ cost }) => cost.atoms > 0n)) return null;
    if (!reaches(now.cost, context.options.number("costMonthly"))) return null;
    return {
      parts: [],
      evidence: [
        { fact: "this month so far", value: formatMoney(now.cost) },
        { fact: "months before", value: before.length === 0 ? "none" : monthsText(before.reverse()) },
      ],
      arithmetic: "a trend: no saving is claimed",
      remedy: [`# See who and where: cost this month for service NAME by resource`],
      rollback: "Nothing is changed.",
    };
  },
};
