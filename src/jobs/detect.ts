import { dataBackCard, silenceCard, silenceKey, silenceOverCard } from "../bot/views/freshness-card.ts";
import { checkFreshness } from "../service/check-freshness.ts";
import type { Act, Post } from "../service/run-schedule.ts";
import { enqueueUpdate } from "../store/outbox.ts";

/** Looks for what went wrong: sources that fell silent, sources that came back. */
export const detect: Act = async ({ ctx, schedule }) => {
  const answer = await checkFreshness({ ctx: { ...ctx, scope: schedule.scope }, input: {} });
  const channel = schedule.channel ?? "finops";
  const posts: Post[] = [
    ...answer.fellSilent.map((silence) => ({ channel, key: silenceKey(silence), card: silenceCard(silence) })),
    ...answer.returned.map((silence) => ({ channel, key: `${silenceKey(silence)}:over`, card: dataBackCard(silence) })),
  ];
  return {
    status: "done",
    note: `${answer.fellSilent.length} fell silent, ${answer.returned.length} came back`,
    posts,
    save: async (tx) => {
      await answer.save(tx);
      for (const silence of answer.returned) {
        await enqueueUpdate(tx, { key: silenceKey(silence), card: silenceOverCard(silence) });
      }
    },
  };
};
