import { accountRule } from "./account-trend.ts";
import { costFact, monthlyUnits, reaches } from "./hint.ts";
import { isMeter, isUsage, linesWhere, readsAs } from "./match-line.ts";
import { monthlyCostOf } from "./monthly-cost.ts";
import type { BilledLine, BilledResource, LineAttributes, Options, WasteRule } from "./rule.ts";

/** Much traffic to the internet straight from machines, balancers and buckets. */
export const egressWithoutCdn: WasteRule = accountRule({
  id: "net.egress.no_cdn",
  title: "Much traffic to the internet",
  confidence: "C",
  looksAt: "Traffic to the internet that no content network carries, for each account.",
  formula: "none: the price of the content network decides",
  source: "waste-rules §4, §7; AWS usage type DataTransfer-Out-Bytes",
  proof: "Access logs: how much of it is the same content again and again.",
  options: {
    gigabytesMonthly: { default: 10_240, min: 1, max: 100_000_000, unit: "GB", about: "a month that are much" },
    costMonthly: {
      default: 900,
      min: 1,
      max: 10_000_000,
      unit: "",
      about: "a month, in the bill's currency, are much where the bill gives no GB",
    },
  },
  triggers: isEgress,
  advice: ["Put a content network before what is public; bytes from S3 or Cloud Storage to it cost little or nothing."],
  judge: (account, { options }) => {
    const lines = linesWhere(account, isEgress);
    if (!isMuch(account, lines, options)) return null;
    return {
      evidence: [
        costFact(account, "traffic to the internet", lines),
        { fact: "GB a month", value: String(monthlyUnits(account, lines)) },
      ],
    };
  },
});

function isMuch(account: BilledResource, lines: readonly BilledLine[], options: Options): boolean {
  const inGigabytes = lines.every(
    ({ attributes }) => attributes.pricingUnit === null || /^gi?b|gigabyte/i.test(attributes.pricingUnit),
  );
  if (inGigabytes) return monthlyUnits(account, lines) >= options.bigint("gigabytesMonthly");
  return reaches(monthlyCostOf(account, lines), options.number("costMonthly"));
}

function isEgress(provider: string, line: LineAttributes): boolean {
  if (provider === "aws")
    return isUsage(line, /^DataTransfer-Out-Bytes$/, /data transfer out .*internet|data transfer out beyond/i);
  if (provider === "azure") return isMeter(line, /Standard Data Transfer Out/i);
  return provider === "gcp" && readsAs(line, /Network Internet (?:Data Transfer Out|Egress)/i);
}
