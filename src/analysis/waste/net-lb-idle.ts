import { countDays, inLastDays, streakDays } from "./day-mask.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { activeDaysOf, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { remedyFor, shellQuote } from "./remedy.ts";
import type { BilledLine, LineAttributes, WasteRule } from "./rule.ts";

/**
 * Capacity units an hour that still count as none: 10⁻⁴ LCU = 2.4 MB or 216 new connections a day
 * (1 LCU-hour: 1 GB, or 25 new connections a second). Trusted Advisor calls less than 100 requests a day idle.
 */
const LCU_PER_10000_HOURS_MAX = 1n;
/** GB a day a classic balancer may process and count as idle. */
const CLASSIC_GB_PER_1000_DAYS_MAX = 2n;
const ATOMS = 10n ** 18n;

/** An AWS load balancer billed by the hour that used no capacity. Google's and Azure's bills show it less surely (B). */
export const idleLoadBalancer: WasteRule = {
  id: "net.lb.idle",
  title: "Idle load balancer",
  subject: "resource",
  confidence: "A",
  looksAt: "AWS load balancers billed by the hour with no capacity unit and no byte to speak of.",
  formula: "effective cost of hours and capacity",
  source: "waste-rules §4, §7; Trusted Advisor: fewer than 100 requests a day",
  options: {
    idleDays: { default: 14, min: 1, max: 14, unit: "days", about: "billed in a row without use" },
  },
  action: "delete",
  risk: "M",
  effort: "1",
  ageDaysMin: 14,
  keptFor: /blue[\s/_-]?green|canary/i,
  triggers: isHours,
  evaluate: (resource, context) => {
    const idleDays = context.options.number("idleDays");
    const hours = linesWhere(resource, isHours);
    const days = streakDays(activeDaysOf(hours));
    const units = linesWhere(resource, isCapacity);
    const bytes = linesWhere(resource, isBytes);
    if (days < idleDays || !nearlyNoUnits(hours, units) || !nearlyNoBytes(bytes, idleDays)) return null;
    // Transfer is counted where it is judged, with the sub-account.
    const lines = [...hours, ...units, ...bytes.filter(({ attributes }) => !isTransfer(attributes))];
    return {
      parts: wholeLines(resource, lines),
      evidence: [
        { fact: "days billed, in a row", value: String(days) },
        {
          fact: `capacity used in the last ${idleDays} days`,
          value: units.length + bytes.length === 0 ? "none" : "almost none",
        },
      ],
      arithmetic: dailyArithmetic(resource, lines),
      remedy: remedyFor(resource, (id, region) => commandsFor(resource.id, id, region)),
      rollback: "Create it again from the saved description; its DNS name changes.",
    };
  },
};

function nearlyNoUnits(hours: readonly BilledLine[], units: readonly BilledLine[]): boolean {
  const used = sumRecent(units);
  return used * 10_000n <= sumRecent(hours) * LCU_PER_10000_HOURS_MAX;
}

function nearlyNoBytes(bytes: readonly BilledLine[], idleDays: number): boolean {
  const days = countDays(
    inLastDays(
      bytes.reduce((mask, line) => mask | line.billedDays, 0n),
      idleDays,
    ),
  );
  return sumRecent(bytes) * 1_000n <= BigInt(days) * ATOMS * CLASSIC_GB_PER_1000_DAYS_MAX;
}

function sumRecent(lines: readonly BilledLine[]): bigint {
  return lines.reduce((sum, line) => sum + line.quantityRecent, 0n);
}

function commandsFor(resourceId: string, id: string, region: string): readonly string[] {
  if (/:loadbalancer\/(?:app|net|gwy)\//.test(resourceId)) {
    const arn = shellQuote(resourceId);
    return [
      `aws elbv2 describe-listeners --load-balancer-arn ${arn}${region} > listeners.json`,
      `aws elbv2 describe-target-groups --load-balancer-arn ${arn}${region} > target-groups.json`,
      `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ${arn} --attributes Key=deletion_protection.enabled,Value=false${region}`,
      `aws elbv2 delete-load-balancer --load-balancer-arn ${arn}${region}`,
      "# Then delete the target groups of target-groups.json that nothing else uses.",
    ];
  }
  return [
    `aws elbv2 describe-load-balancers --names ${id}${region} > load-balancer.json`,
    "# Not found there: a classic one. Save it with: aws elb describe-load-balancers --load-balancer-names NAME",
    "# Look for DNS records that point at it, then delete it with the ARN in load-balancer.json:",
    `aws elbv2 delete-load-balancer --load-balancer-arn ARN${region}`,
  ];
}

function isHours(provider: string, line: LineAttributes): boolean {
  return provider === "aws" && isUsage(line, /LoadBalancerUsage$/, /per .*Load ?Balancer-hour/i);
}

function isCapacity(_: string, line: LineAttributes): boolean {
  return isUsage(line, /LCUUsage$/, /LCU-hour|capacity unit-hour/i);
}

/** Classic balancers bill bytes; the newer ones may carry transfer of their own under other names, which is traffic too. */
function isBytes(_: string, line: LineAttributes): boolean {
  return isUsage(
    line,
    /DataProcessing-Bytes$|DataTransfer-(?:Out|In|Regional)-Bytes$/,
    /Data Processed by the LoadBalancer/i,
  );
}

function isTransfer(line: LineAttributes): boolean {
  return isUsage(line, /DataTransfer-/, null);
}
