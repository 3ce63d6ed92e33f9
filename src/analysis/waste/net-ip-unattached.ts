import { streakDays } from "./day-mask.ts";
import { isUsage, linesWhere, readsAs } from "./match-line.ts";
import { activeDaysOf, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { projectOption, remedyFor } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

const AWS_USAGE = /(?:ElasticIP|PublicIPv4):IdleAddress$/;
const AWS_TEXT = /per Idle public IPv4 address per hour|Elastic IP address not attached to a running instance/i;
// An address in use is billed as "External IP Charge on a … VM".
const GCP_TEXT = /^Static Ip Charge|IP address idling\s*-\s*hour/i;

/** AWS and Google Cloud bill an address that serves nothing under a name of its own. Azure bills it either way (confidence B). */
export const unattachedIp: WasteRule = {
  id: "net.ip.unattached",
  title: "Unattached public address",
  subject: "resource",
  confidence: "A",
  looksAt: "Addresses AWS and Google Cloud bill under a name of their own because nothing uses them.",
  formula: "effective cost of the address",
  source: "waste-rules §4, §7; AWS usage type PublicIPv4:IdleAddress, Google SKU Static Ip Charge",
  options: {
    idleDays: { default: 7, min: 1, max: 35, unit: "days", about: "billed as idle, in a row, up to the last day" },
  },
  action: "delete",
  risk: "M",
  effort: "1",
  ageDaysMin: 7,
  keptFor: /allow-?list|white-?list|byoip/i,
  triggers: isIdleAddress,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isIdleAddress);
    const idleDays = streakDays(activeDaysOf(lines));
    if (idleDays < context.options.number("idleDays")) return null;
    return {
      parts: wholeLines(resource, lines),
      evidence: [{ fact: "days billed as idle, in a row", value: String(idleDays) }],
      arithmetic: dailyArithmetic(resource, lines),
      remedy: remedyFor(resource, (id, region) =>
        resource.provider === "aws"
          ? [
              "# Ask first whether a partner has put this address on an allow-list.",
              `aws ec2 describe-addresses --allocation-ids ${id}${region}`,
              `aws ec2 release-address --allocation-id ${id}${region}`,
            ]
          : [
              "# Ask first whether a partner has put this address on an allow-list.",
              `gcloud compute addresses list --filter=name=${id}${projectOption(resource)}`,
              `gcloud compute addresses delete ${id}${region}${projectOption(resource)}`,
            ],
      ),
      rollback: "No rollback: a released address is gone and may be given to someone else.",
    };
  },
};

function isIdleAddress(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") return isUsage(line, AWS_USAGE, AWS_TEXT);
  return provider === "gcp" && readsAs(line, GCP_TEXT);
}
