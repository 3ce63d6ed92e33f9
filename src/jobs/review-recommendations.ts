import { keepAnswerTrue } from "../bot/live-cards.ts";
import { renderRecommendation } from "../bot/views/render-recommendation.ts";
import { recommendationListCard } from "../bot/views/recommendation-list-card.ts";
import { bothScopes } from "../domain/scope.ts";
import { currencyWorth } from "../service/list-recommendations.ts";
import { listWaiting, presentRecommendations, waitingKey } from "../service/present-recommendations.ts";
import { refreshRecommendations } from "../service/refresh-recommendations.ts";
import type { Act } from "../service/run-schedule.ts";
import { channelScope, directChannel } from "../store/conversations.ts";
import { enqueuePrivate } from "../store/outbox.ts";
import { ingestUnderway } from "../store/schedules.ts";

/**
 * Brings recommendations up to the bills and the day (proposes, expires, wakes, measures), shows the dearest new ones in
 * the channel, and tells each approver once a week what waits for them. While bills are being read it waits: half a
 * month of bills looks like waste that ended.
 */
export const reviewRecommendations: Act = async ({ ctx, schedule }) => {
  if (await ingestUnderway(ctx.db.sql))
    return { status: "skipped", note: "bills are being read first", posts: [], waiting: true };
  const channel = schedule.channel ?? "finops";
  const ran = await refreshRecommendations({ ctx, input: { render: renderRecommendation } });
  const waiting = await listWaiting({ ctx, input: {} });
  const worth = await currencyWorth(ctx);
  return {
    status: "done",
    note: `${ran ? "recommendations brought up to the bills" : "nothing new in the bills"}, ${waiting.length} approvers have something waiting`,
    posts: [],
    save: async (tx) => {
      for (const { actor, views } of waiting) {
        const key = waitingKey(ctx, actor.id);
        const card = recommendationListCard(views, { mine: true, worth });
        await enqueuePrivate(tx, { personId: actor.id, key, card });
        await keepAnswerTrue(tx, {
          key,
          card,
          shows: { kind: "list", states: [], mine: true },
          actor,
          place: directChannel(actor.id),
          isPrivate: true,
          placed: null,
        });
      }
      const scope = bothScopes(schedule.scope, await channelScope(tx, channel));
      const shown = await presentRecommendations(tx, ctx, { channel, scope, render: renderRecommendation });
      if (shown.length > 0) ctx.log.info({ shown }, "recommendations shown");
    },
  };
};
