import { streakDays } from "./day-mask.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { activeDaysOf, coverageFacts, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { projectOption, remedyFor, shellQuote } from "./remedy.ts";
import type { BilledResource, LineAttributes, WasteRule } from "./rule.ts";

/** Capacity held on demand and paid for without an instance in it. FOCUS says so; AWS also by usage type. */
export const unusedCapacityReservation: WasteRule = {
  id: "compute.reservation.odcr_unused",
  title: "Unused capacity reservation",
  subject: "resource",
  confidence: "A",
  looksAt: "Capacity reserved on demand and billed as unused.",
  formula: "effective cost of what is unused",
  source: "waste-rules §1, §7; FOCUS 1.1 CapacityReservationStatus",
  options: {
    unusedDays: { default: 7, min: 1, max: 35, unit: "days", about: "billed as unused, in a row" },
  },
  action: "delete",
  risk: "L",
  effort: "1",
  ageDaysMin: 7,
  keptFor: /launch|event|headroom/i,
  triggers: isUnusedCapacity,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isUnusedCapacity);
    const days = streakDays(activeDaysOf(lines));
    if (days < context.options.number("unusedDays")) return null;
    return {
      parts: wholeLines(resource, lines),
      evidence: [{ fact: "days billed as unused, in a row", value: String(days) }, ...coverageFacts(lines)],
      arithmetic: dailyArithmetic(resource, lines),
      remedy: remedyFor(resource, (id, region) => commandsFor(resource, id, region)),
      rollback: "Reserve again; while it is released the cloud may have no capacity to give.",
    };
  },
};

function commandsFor(resource: BilledResource, id: string, region: string): readonly string[] {
  if (resource.provider === "azure") {
    return [
      `az capacity reservation show --ids ${shellQuote(resource.id)}`,
      `az capacity reservation update --ids ${shellQuote(resource.id)} --capacity NUMBER_IN_USE`,
    ];
  }
  if (resource.provider === "gcp") {
    return [
      `gcloud compute reservations describe ${id} --zone ZONE${projectOption(resource)}`,
      `gcloud compute reservations update ${id} --zone ZONE --vm-count NUMBER_IN_USE${projectOption(resource)}`,
    ];
  }
  return [
    `aws ec2 describe-capacity-reservations --capacity-reservation-ids ${id}${region}`,
    "# Partly used: lower it to what is in use.",
    `aws ec2 modify-capacity-reservation --capacity-reservation-id ${id} --instance-count NUMBER_IN_USE${region}`,
    "# Not used at all:",
    `aws ec2 cancel-capacity-reservation --capacity-reservation-id ${id}${region}`,
  ];
}

function isUnusedCapacity(provider: string, line: LineAttributes): boolean {
  if (line.capacityReservationStatus !== null) return line.capacityReservationStatus.toLowerCase() === "unused";
  return provider === "aws" && isUsage(line, /^Unused(?:Box|Ded):/, /Unused Reservation/i);
}
