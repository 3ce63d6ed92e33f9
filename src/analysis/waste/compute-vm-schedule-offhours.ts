import { countDays, inLastDays } from "./day-mask.ts";
import { isMachine } from "./estate.ts";
import { linesWhere, readsAs } from "./match-line.ts";
import { activeDaysOf, coverageFacts, dailyArithmetic, shareOfLines } from "./monthly-cost.ts";
import { recentQuantity } from "./hint.ts";
import { projectOption, remedyFor, shellQuote } from "./remedy.ts";
import { RECENT_DAYS, type BilledLine, type BilledResource, type LineAttributes, type WasteRule } from "./rule.ts";
import { environmentOf } from "./tags.ts";

const ATOMS = 10n ** 18n;
const WEEK_HOURS = 168n;

/** A machine tagged as not production that is billed day and night, weekends included. */
export const runsOffHours: WasteRule = {
  id: "compute.vm.schedule_offhours",
  title: "Non-production machine on day and night",
  subject: "resource",
  confidence: "B",
  looksAt: "Machines whose tag says they are not production, billed for nearly all hours of the last 14 days.",
  formula: "cost × the hours outside working time (12 hours on 5 days leave 64.3 %)",
  source: "waste-rules §1, §7; Cloud Custodian offhours",
  proof:
    "CPU and network of 14 days: the same hours idle in both weeks (or ask its owner whether anything runs at night).",
  options: {
    billedHours: { default: 330, min: 200, max: 336, unit: "hours", about: "of the last 336 that must be billed" },
    workHoursWeekly: { default: 60, min: 1, max: 160, unit: "hours", about: "a week it would stay on" },
  },
  action: "schedule",
  risk: "L",
  effort: "1",
  ageDaysMin: 14,
  keptFor: /\bci\b|runner|on-?call|24x7|always-?on|soak|endurance|load-?test|nightly/i,
  triggers: isMachine,
  evaluate: (resource, context) => {
    if (environmentOf(resource.tags, context.environmentKeys) !== "non-production") return null;
    const lines = linesWhere(resource, isMachine);
    const hours = billedHours(resource, lines);
    if (hours === null || hours < context.options.bigint("billedHours")) return null;
    const off = ((WEEK_HOURS - context.options.bigint("workHoursWeekly")) * 1_000n) / WEEK_HOURS;
    return {
      parts: shareOfLines(resource, lines, off),
      evidence: [
        { fact: "environment", value: "non-production, by tag" },
        { fact: "hours billed in the last 14 days", value: `${hours} of 336` },
        ...coverageFacts(lines),
      ],
      arithmetic: `${dailyArithmetic(resource, lines)} × ${off / 10n}.${off % 10n} % (hours outside a working week of ${context.options.number("workHoursWeekly")})`,
      remedy: remedyFor(resource, (id, region) => commandsFor(resource, id, region)),
      rollback: "Start it again, and take the schedule off.",
    };
  },
};

/** Hours of the last 14 days, of a machine billed on each of them; null = the unit does not tell hours of the whole machine. */
function billedHours(resource: BilledResource, lines: readonly BilledLine[]): bigint | null {
  const days = countDays(inLastDays(activeDaysOf(lines), RECENT_DAYS));
  if (days < RECENT_DAYS) return null;
  const inHours = lines.filter(({ attributes }) => tellsHours(resource.provider, attributes));
  if (inHours.length === 0) return null;
  return (recentQuantity(inHours) + ATOMS / 2n) / ATOMS;
}

/** Google bills cores and memory by the hour each: only a line for the whole machine tells how long it ran. */
function tellsHours(provider: string, line: LineAttributes): boolean {
  if (provider === "gcp" && !readsAs(line, /Core\/Ram/i)) return false;
  return line.pricingUnit === null ? provider === "aws" : /^(?:1 )?(?:hours?|hrs?)$/i.test(line.pricingUnit);
}

function commandsFor(resource: BilledResource, id: string, region: string): readonly string[] {
  if (resource.provider === "azure") {
    return [
      `az vm auto-shutdown --ids ${shellQuote(resource.id)} --time 1900`,
      `# Or now, as a trial: az vm deallocate --ids ${shellQuote(resource.id)}`,
    ];
  }
  if (resource.provider === "gcp") {
    return [
      `gcloud compute resource-policies create instance-schedule office-hours --region REGION --vm-start-schedule='0 7 * * 1-5' --vm-stop-schedule='0 19 * * 1-5'${projectOption(resource)}`,
      `gcloud compute instances add-resource-policies ${id} --resource-policies office-hours --zone ZONE${projectOption(resource)}`,
    ];
  }
  return [
    `aws ec2 stop-instances --instance-ids ${id}${region} --dry-run`,
    "# Ask its owner first; then a schedule (EventBridge Scheduler or Instance Scheduler) with these two:",
    `aws ec2 stop-instances --instance-ids ${id}${region}`,
    `aws ec2 start-instances --instance-ids ${id}${region}`,
  ];
}
