import { listUndoOver, readRecommendation, saveRecommendation } from "../store/recommendations.ts";
import type { Verb } from "./context.ts";
import { rerender, type RenderRecommendation } from "./recommendation-view.ts";

/**
 * Closes the undo windows that ran out, so that no card goes on offering what would be refused. The decision itself
 * stays. Returns the ids.
 */
export async function closeUndoWindows({
  ctx,
  input,
}: Verb<{ readonly render: RenderRecommendation }>): Promise<string[]> {
  const closed: string[] = [];
  for (const id of await listUndoOver(ctx.db.sql)) {
    const done = await ctx.db.sql.begin<boolean>(async (tx) => {
      const locked = await readRecommendation(tx, id, { lock: true });
      // Decided again meanwhile: another window is open.
      if (locked === null || locked.undoUntil === null || locked.undoOpen) return false;
      await saveRecommendation(tx, locked, locked, "close");
      await rerender(tx, ctx.settings, { ...locked, undoUntil: null }, input.render, []);
      return true;
    });
    if (done) closed.push(id);
  }
  return closed;
}
