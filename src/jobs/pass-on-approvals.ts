import { renderRecommendation } from "../bot/views/render-recommendation.ts";
import { closeUndoWindows } from "../service/close-undo.ts";
import type { Context } from "../service/context.ts";
import { deliverHandOffs } from "../service/deliver-hand-offs.ts";

/** Pause between two looks for approvals whose undo window has closed: one statement on a partial index. */
const LOOK_AGAIN_MS = 3_000;

export type HandOffs = { readonly stop: () => Promise<void> };

/**
 * Passes approvals on, and closes undo windows, until stopped. What is due is the database's time, so any number of processes may run this;
 * each hand-off is one process's at a time. `stop` waits for the send in progress.
 */
export function passOnApprovals(ctx: Context): HandOffs {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let working: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    try {
      const results = await deliverHandOffs({ ctx, input: { render: renderRecommendation } });
      if (results.length > 0) ctx.log.info({ results }, "approvals passed on");
      // After them: what was handed off has closed its own.
      await closeUndoWindows({ ctx, input: { render: renderRecommendation } });
    } catch (error) {
      if (!stopped) ctx.log.warn({ err: error }, "approvals cannot be passed on now, trying again");
    }
    if (!stopped) timer = setTimeout(go, LOOK_AGAIN_MS);
  };
  const go = (): void => {
    working = look();
  };
  go();
  return {
    stop: async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await working;
    },
  };
}
