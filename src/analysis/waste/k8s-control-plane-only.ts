import { streakDays } from "./day-mask.ts";
import { isUsage, linesWhere } from "./match-line.ts";
import { activeDaysOf, dailyArithmetic, wholeLines } from "./monthly-cost.ts";
import { remedyFor } from "./remedy.ts";
import type { LineAttributes, WasteRule } from "./rule.ts";

/** A cluster that is paid by the hour while no machine of its account carries its tag. */
export const controlPlaneOnly: WasteRule = {
  id: "k8s.control_plane_only",
  title: "Cluster without machines",
  subject: "resource",
  confidence: "B",
  looksAt: "EKS clusters of accounts in which no machine or Fargate task carries the cluster's tag.",
  formula: "effective cost of the control plane",
  source: "waste-rules §7; AWS usage type AmazonEKS-Hours:perCluster",
  proof: "No node groups, no Fargate profiles and no registered nodes (aws eks list-nodegroups, kubectl get nodes).",
  options: { idleDays: { default: 14, min: 1, max: 35, unit: "days", about: "billed in a row" } },
  needsEstate: true,
  action: "delete",
  risk: "H",
  effort: "1",
  ageDaysMin: 14,
  keptFor: /\bdr\b|bootstrap/i,
  triggers: isCluster,
  evaluate: (resource, context) => {
    const lines = linesWhere(resource, isCluster);
    const days = streakDays(activeDaysOf(lines));
    if (days < context.options.number("idleDays") || context.estate.clusterRunsMachines(resource) !== false)
      return null;
    return {
      parts: wholeLines(resource, lines),
      evidence: [
        { fact: "days billed, in a row", value: String(days) },
        { fact: "machines with its tag in the last 14 days", value: "none" },
      ],
      arithmetic: dailyArithmetic(resource, lines),
      remedy: remedyFor(resource, (id, region) => [
        `aws eks list-nodegroups --cluster-name ${id}${region}`,
        `aws eks list-fargate-profiles --cluster-name ${id}${region}`,
        "# Both empty, and kubectl get nodes too:",
        `aws eks delete-cluster --name ${id}${region}`,
      ]),
      rollback: "No rollback: a cluster is made anew from its manifests.",
    };
  },
};

function isCluster(provider: string, line: LineAttributes): boolean {
  return provider === "aws" && isUsage(line, /AmazonEKS-Hours:perCluster$/, /Amazon EKS cluster usage/i);
}
