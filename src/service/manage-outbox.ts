import { hasRole } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import { appendAudit } from "../store/audit.ts";
import {
  dropOutbox,
  lockIncidents,
  noteIncident,
  outboxState,
  retryOutbox,
  type OutboxState,
  type Undelivered,
} from "../store/outbox-state.ts";
import { auditActor } from "./apply-move.ts";
import type { Context, Verb } from "./context.ts";
import { requireWholeScope } from "./whole-scope.ts";

/** What waits where and why, and what was given up. For admins: it names channels and people. */
export async function listOutbox({ ctx }: Verb<Record<string, never>>): Promise<OutboxState> {
  requireAdmin(ctx);
  return outboxState(ctx.db.sql);
}

export type OutboxChange = {
  /** A place as `outbox list` writes it (`slack:C0123`), or the id of one card. */
  readonly what: string;
  readonly act: "retry" | "drop";
  /** The card that tells admins of undelivered cards: brought up to what is left. */
  readonly render: (undelivered: Undelivered) => object;
};

/** Tries now, or gives up for good, what waits at a place or one card. Returns how many cards. Audited. */
export async function changeOutbox({ ctx, input }: Verb<OutboxChange>): Promise<{ cards: number }> {
  requireAdmin(ctx);
  const what = input.what.replace(/^#/, "").replaceAll("\0", "");
  return ctx.db.sql.begin(async (tx) => {
    const inTrouble = await lockIncidents(tx);
    const cards = input.act === "retry" ? await retryOutbox(tx, what) : await dropOutbox(tx, what);
    if (cards === null || (cards === 0 && input.act === "drop")) {
      throw new AppError("not-found", `Nothing waits at "${what.slice(0, 60)}", and no card has that id.`, {
        remedy: "outbox list shows places and ids.",
      });
    }
    for (const surface of inTrouble) await noteIncident(tx, surface, input.render);
    const details = { cards };
    const event = { action: `outbox.${input.act}`, subject: what.slice(0, 200), actor: auditActor(ctx.actor) } as const;
    await appendAudit(tx, [{ ...event, outcome: "done", reason: null, details }]);
    return { cards };
  }) as Promise<{ cards: number }>;
}

function requireAdmin(ctx: Context): void {
  if (!hasRole(ctx.actor, "admin")) throw new AppError("forbidden", "Only an admin looks after deliveries.");
  requireWholeScope(ctx, "outbox");
}
