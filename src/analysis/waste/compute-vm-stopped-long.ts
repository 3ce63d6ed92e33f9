import { streakDays } from "./day-mask.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { activeDaysOf, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { commentText, remedyFor } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** A volume whose machine ran within the last months and has not for 30 days: the volume is billed on. */
export const stoppedLong: WasteRule = {
  id: "compute.vm.stopped_long",
  title: "Volume of a machine switched off for long",
  subject: "resource",
  confidence: "B",
  looksAt:
    "AWS volumes that share Name, stack or instance tag with a machine billed in the last 90 days but not in the last 30.",
  formula: "effective cost of the volume",
  source: "waste-rules §1, §7",
  proof:
    "The instance is stopped since more than 30 days (describe-instances: StateTransitionReason) and nobody waits for it.",
  options: { billedDays: { default: 30, min: 14, max: 35, unit: "days", about: "the volume must be billed in a row" } },
  needsEstate: true,
  needsFormerMachines: true,
  action: "delete",
  risk: "H",
  effort: "2",
  ageDaysMin: 30,
  keptFor: /season|golden/i,
  triggers: isVolume,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isVolume);
    const days = streakDays(activeDaysOf(lines));
    const machine = context.estate.stoppedMachineOf(resource);
    if (machine === null || lines.length === 0 || days < context.options.number("billedDays")) return null;
    return {
      parts: wholeLines(resource, lines),
      evidence: [
        { fact: "machine without a bill for 30 days", value: commentText(machine) },
        { fact: "days the volume is billed, in a row", value: String(days) },
      ],
      arithmetic: dailyArithmetic(resource, lines),
      remedy: remedyFor(resource, (id, region) => [
        `aws ec2 describe-volumes --volume-ids ${id}${region}`,
        "# Its machine is stopped and nobody waits for it: keep an image, then let go of both.",
        `aws ec2 create-snapshot --volume-id ${id}${region}`,
        `# 30 days later: aws ec2 delete-volume --volume-id ${id}${region}`,
      ]),
      rollback: "Make a volume from the snapshot and attach it; without the snapshot nothing brings the data back.",
    };
  },
};

function isVolume(provider: string, line: LineAttributes): boolean {
  return (
    provider === "aws" && isUsage(line, /EBS:Volume(?:Usage|P-IOPS|P-Throughput)(?:\.\w+)?$/, /provisioned storage/i)
  );
}
