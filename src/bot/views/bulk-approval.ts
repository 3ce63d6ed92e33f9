import { createHash } from "node:crypto";

import type { RecommendationView } from "../../domain/recommendation.ts";

/** Most approvals of one confirmation: more than a person reads. */
export const BULK_MAX = 50;

/** Of what waits for somebody, what one confirmation may approve: high risk is approved one by one, with its id typed. */
export function bulkApprovable(views: readonly RecommendationView[]): readonly RecommendationView[] {
  return views.filter((view) => view.recommendation.finding.risk !== "H").slice(0, BULK_MAX);
}

/** Stands for exactly these, in exactly these revisions: whatever changed meanwhile is shown again and not approved. */
export function bulkMark(views: readonly RecommendationView[]): string {
  const revisions = views.map(({ recommendation }) => `${recommendation.id}:${recommendation.revision}`).sort();
  return createHash("sha256").update(revisions.join(" ")).digest("hex").slice(0, 12);
}
