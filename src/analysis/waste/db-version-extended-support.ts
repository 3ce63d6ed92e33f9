import { inLastDays } from "./day-mask.ts";
import { linesWhere, plainUsageType } from "./match-line.ts";
import { dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { remedyFor, shellQuote } from "./remedy.ts";
import type { BilledResource, LineAttributes, WasteRule } from "./rule.ts";

const EXTENDED = /extended\s*support/i;
const CURRENT_DAYS = 2;

/** AWS surcharges versions past standard support (RDS, Aurora, EKS, OpenSearch, ElastiCache): the whole surcharge row goes with an upgrade. */
export const extendedSupport: WasteRule = {
  id: "db.version.extended_support",
  title: "Paid extended support",
  subject: "resource",
  confidence: "A",
  looksAt: "Surcharges for versions past standard support.",
  formula: "effective cost of the surcharge",
  source: "waste-rules §5, §7; AWS usage types ExtendedSupport:*",
  options: {},
  action: "generation",
  risk: "H",
  effort: "3",
  ageDaysMin: 14,
  triggers: isExtendedSupport,
  evaluate: (resource) => {
    const lines = linesWhere(resource, isExtendedSupport);
    const first = lines.find((line) => inLastDays(line.activeDays, CURRENT_DAYS) !== 0n);
    if (first === undefined) return null;
    return {
      parts: wholeLines(resource, lines),
      evidence: [
        {
          fact: "billed as",
          value: plainUsageType(first.attributes) ?? first.attributes.description ?? "extended support",
        },
      ],
      arithmetic: dailyArithmetic(resource, lines),
      remedy: remedyFor(resource, (id, region) => commandsFor(resource, first.attributes, id, region)),
      rollback:
        "Before the switch-over: delete the green copy. After it: restore the snapshot to a new resource; an upgrade cannot be undone.",
    };
  },
};

function commandsFor(resource: BilledResource, line: LineAttributes, id: string, region: string): readonly string[] {
  const text = `${line.usageType ?? ""} ${line.serviceCode ?? ""} ${line.description ?? ""} ${resource.id}`;
  if (/eks/i.test(text)) {
    return [
      `aws eks list-insights --cluster-name ${id}${region}`,
      "# One minor version at a time; upgrade node groups and add-ons after each step:",
      `aws eks update-cluster-version --name ${id} --kubernetes-version VERSION${region}`,
    ];
  }
  if (/opensearch|\bES:/i.test(text)) {
    return [
      `aws opensearch get-compatible-versions --domain-name ${id}${region}`,
      `aws opensearch upgrade-domain --domain-name ${id} --target-version VERSION --perform-check-only${region}`,
      `aws opensearch upgrade-domain --domain-name ${id} --target-version VERSION${region}`,
    ];
  }
  if (/elasticache|cache\./i.test(text)) {
    return [
      `aws elasticache create-snapshot --replication-group-id ${id} --snapshot-name before-upgrade${region}`,
      `aws elasticache modify-replication-group --replication-group-id ${id} --engine-version VERSION --apply-immediately${region}`,
    ];
  }
  return [
    `aws rds create-db-snapshot --db-instance-identifier ${id} --db-snapshot-identifier before-upgrade${region}`,
    `aws rds create-blue-green-deployment --blue-green-deployment-name upgrade --source ${shellQuote(resource.id)} --target-engine-version VERSION${region}`,
    "# Test the application against the green copy, then:",
    `aws rds switchover-blue-green-deployment --blue-green-deployment-identifier DEPLOYMENT${region}`,
  ];
}

function isExtendedSupport(provider: string, line: LineAttributes): boolean {
  if (provider !== "aws") return false;
  return [line.usageType, line.operation, line.description].some((text) => text !== null && EXTENDED.test(text));
}
