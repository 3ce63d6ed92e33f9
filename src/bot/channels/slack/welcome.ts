import { checkFirstRun } from "../../../service/check-first-run.ts";
import type { Context } from "../../../service/context.ts";
import { enqueuePost } from "../../../store/outbox.ts";
import type { InboundBase } from "../../handle-inbound.ts";
import { firstRunCard } from "../../views/first-run-card.ts";

/** Says hello where the bot was invited, once: what is set up, what is next, and that everything can be tried out. */
export async function welcome(
  deps: {
    readonly real: InboundBase;
    readonly current: () => Promise<{ readonly base: InboundBase; readonly sample: boolean }>;
  },
  place: string,
): Promise<void> {
  const { base, sample } = await deps.current();
  const ctx: Context = { ...base, actor: { kind: "system", id: "slack" }, scope: [] };
  const card = firstRunCard(await checkFirstRun({ ctx, input: {} }));
  const hint = `Ask here: /finops cost last month by service${sample ? " – with sample data until your bills are in" : ""}`;
  // Delivered by the real estate, whose outbox reaches Slack.
  await enqueuePost(deps.real.db.sql, {
    channel: `slack:${place}`,
    key: `welcome:slack:${place}`,
    card: { ...card, footer: [hint, ...card.footer] },
    priority: "interactive",
  });
}
