import { streakDays } from "./day-mask.ts";
import { isMeter, isUsage, linesWhere, readsAs } from "./match-line.ts";
import { activeDaysOf, coverageFacts, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { projectOption, remedyFor, shellQuote } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";
import { environmentOf } from "./tags.ts";

/**
 * A GPU on every day for weeks. Outside production that is a strong hint; untagged it is a note without money;
 * in production it says nothing.
 */
export const idleGpu: WasteRule = {
  id: "compute.gpu.idle",
  title: "GPU machine on day and night",
  subject: "resource",
  confidence: "B",
  looksAt: "Machines with a GPU billed every day, that no tag calls production.",
  formula: "effective cost of the machine",
  source: "waste-rules §1, §7",
  proof: "GPU utilisation below 5 % and CPU below 10 % for 3 days (nvidia-smi, DCGM, or the cloud's agent).",
  options: { billedDays: { default: 14, min: 3, max: 35, unit: "days", about: "billed in a row, all 24 hours" } },
  action: "stop",
  risk: "M",
  effort: "1",
  ageDaysMin: 14,
  keptFor: /training|checkpoint|reserved/i,
  triggers: isGpu,
  evaluate: (resource, context) => {
    const environment = environmentOf(resource.tags, context.environmentKeys);
    const lines = linesWhere(resource, isGpu);
    const days = streakDays(activeDaysOf(lines));
    const allDay = lines.some(({ dayQuantityMin }) => dayQuantityMin !== null && dayQuantityMin >= 23n * 10n ** 18n);
    if (environment === "production" || days < context.options.number("billedDays") || !allDay) return null;
    const likely = environment === "non-production";
    return {
      ...(likely ? {} : { confidence: "C" }),
      parts: likely ? wholeLines(resource, lines) : [],
      evidence: [
        { fact: "environment", value: likely ? "non-production, by tag" : "not tagged" },
        { fact: "days on, in a row", value: String(days) },
        ...coverageFacts(lines),
      ],
      arithmetic: likely
        ? dailyArithmetic(resource, lines)
        : `a note: whether ${dailyArithmetic(resource, lines)} is wasted is not in the bill`,
      remedy: remedyFor(resource, (id, region) =>
        resource.provider === "azure"
          ? [`az vm deallocate --ids ${shellQuote(resource.id)}`]
          : resource.provider === "gcp"
            ? [`gcloud compute instances stop ${id} --zone ZONE${projectOption(resource)}`]
            : [
                `aws ec2 stop-instances --instance-ids ${id}${region} --dry-run`,
                `aws ec2 stop-instances --instance-ids ${id}${region}`,
              ],
      ),
      rollback: "Start it again. GPUs are scarce: there may be none at that moment.",
    };
  },
};

function isGpu(provider: string, line: LineAttributes): boolean {
  if (provider === "aws") {
    return isUsage(
      line,
      /^(?:BoxUsage|DedicatedUsage):(?:p[2-6]\w*|g[3-7]\w*|inf\d|trn\d\w*)\./,
      /\b(?:p[2-6]\w*|g[3-7]\w*|inf\d|trn\d\w*)\.\w+ Instance Hour/i,
    );
  }
  if (provider === "azure") return isMeter(line, /^(?:NC|ND|NV)\d*\w*\b/);
  return provider === "gcp" && readsAs(line, /\bNvidia\b.*\bGPU\b/i);
}
