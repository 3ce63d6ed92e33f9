import { dataBackCard, silenceCard, silenceKey, silenceOverCard } from "../bot/views/freshness-card.ts";
import { checkFreshness } from "../service/check-freshness.ts";
import { restateDigests } from "../service/restate-digests.ts";
import type { Act, Post } from "../service/run-schedule.ts";
import { enqueueUpdate } from "../store/outbox.ts";
import { renderRestated } from "./post-digest.ts";

/** Looks for what went wrong: sources that fell silent or came back, and days of posted digests that were restated. */
export const detect: Act = async ({ ctx, schedule }) => {
  const restated = await restateDigests({ ctx, input: { render: renderRestated } });
  const answer = await checkFreshness({ ctx: { ...ctx, scope: schedule.scope }, input: {} });
  const channel = schedule.channel ?? "finops";
  const posts: Post[] = [
    ...answer.fellSilent.map((silence) => ({ channel, key: silenceKey(silence), card: silenceCard(silence) })),
    ...answer.returned.map((silence) => ({ channel, key: `${silenceKey(silence)}:over`, card: dataBackCard(silence) })),
  ];
  return {
    status: "done",
    note: `${answer.fellSilent.length} fell silent, ${answer.returned.length} came back${restated.length === 0 ? "" : `, ${restated.length} digests restated`}`,
    posts,
    save: async (tx) => {
      await answer.save(tx);
      for (const silence of answer.returned) {
        await enqueueUpdate(tx, { key: silenceKey(silence), card: silenceOverCard(silence) });
      }
    },
  };
};
