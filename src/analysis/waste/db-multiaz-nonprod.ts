import { inLastDays } from "./day-mask.ts";
import { isUsage, linesWhere, readsAs } from "./match-line.ts";
import { coverageFacts, dailyArithmetic, shareOfLines } from "./monthly-cost.ts";
import { projectOption, remedyFor } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";
import { environmentOf } from "./tags.ts";

const CURRENT_DAYS = 2;
/** The second copy is half of what two zones cost (RDS Multi-AZ and Cloud SQL regional are twice the single price). */
const STANDBY_THOUSANDTHS = 500n;

/** A standby in a second zone for a database whose tag says it is not production. */
export const multiAzNonProduction: WasteRule = {
  id: "db.multiaz_nonprod",
  title: "Standby outside production",
  subject: "resource",
  confidence: "A",
  looksAt: "Databases in two zones whose tag says they are not production.",
  formula: "50 % of the cost: the standby",
  source: "waste-rules §5, §7",
  options: {},
  action: "rightsize",
  risk: "M",
  effort: "1",
  ageDaysMin: 14,
  keptFor: /\bha[\s_-]?test|failover|chaos|game-?day/i,
  triggers: (provider, line) => isTwoZoneInstance(provider, line),
  evaluate: (resource, context) => {
    if (environmentOf(resource.tags, context.environmentKeys) !== "non-production") return null;
    const instance = linesWhere(resource, isTwoZoneInstance);
    if (!instance.some((line) => inLastDays(line.activeDays, CURRENT_DAYS) !== 0n)) return null;
    const lines = [...instance, ...linesWhere(resource, isTwoZoneStorage)];
    return {
      parts: shareOfLines(resource, lines, STANDBY_THOUSANDTHS),
      evidence: [{ fact: "environment", value: "non-production, by tag" }, ...coverageFacts(lines)],
      arithmetic: `${dailyArithmetic(resource, lines)} × 50 % (the standby)`,
      remedy: remedyFor(resource, (id, region) =>
        resource.provider === "aws"
          ? [`aws rds modify-db-instance --db-instance-identifier ${id} --no-multi-az --no-apply-immediately${region}`]
          : [`gcloud sql instances patch ${id} --availability-type=ZONAL${projectOption(resource)}`],
      ),
      rollback:
        resource.provider === "aws"
          ? "The same command with --multi-az; a standby is built again without downtime."
          : "The same command with --availability-type=REGIONAL (restarts the instance).",
    };
  },
};

function isTwoZoneInstance(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") return isUsage(line, /Multi-AZ(?:Cluster)?Usage/, /\bMulti-AZ\b.*\binstance hour/i);
  return provider === "gcp" && readsAs(line, /^Cloud SQL for .*:\s*Regional\b(?!.*\bstorage\b)/i);
}

function isTwoZoneStorage(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") return isUsage(line, /^RDS:Multi-AZ-.*Storage/, /Multi-AZ.*storage/i);
  return provider === "gcp" && readsAs(line, /^Cloud SQL for .*:\s*Regional\b.*\bstorage\b/i);
}
