import type { RenderRecommendation } from "../../service/recommendation-view.ts";
import { recommendationCard } from "./recommendation-card.ts";
import { recommendationEventCard } from "./recommendation-event-card.ts";

/** How recommendations look, for the verbs that change them. */
export const renderRecommendation = {
  card: (view) => recommendationCard(view, { calls: true }),
  event: recommendationEventCard,
} satisfies RenderRecommendation;
