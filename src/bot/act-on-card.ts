import { unreachable } from "../domain/errors.ts";
import { auditRefusedClick } from "../service/audit-click.ts";
import type { Context } from "../service/context.ts";
import { readActionToken, type ActionTokenRow } from "../store/action-tokens.ts";
import { readPosted, revisionOf } from "../store/outbox.ts";
import { isToken } from "./action-token.ts";
import type { Action, Card, Confirm } from "./card.ts";
import type { Form } from "./channels/channel.ts";
import type { Command, CommandAnswer, Effect } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { dispatch, effectOf } from "./dispatch.ts";
import { checkValues, commandOf, type Values } from "./form-values.ts";
import { liveShows, refreshLiveCard } from "./live-cards.ts";
import { CLICK_REFUSED, clickRefusedCard, confirmCard, type ClickRefusal } from "./phrases.ts";

/** What somebody did with a card. */
export type Click = {
  /** Outbox address of where it was done: only there is the card as it is now shown again. */
  readonly place: string;
  readonly token: string;
  readonly choice?: number;
  readonly values?: Values;
  /** The surface has asked what `Action.confirm` says. */
  readonly confirmed?: boolean;
};

export type Acted = {
  readonly answer: CommandAnswer;
  /** What was typed in effect; null = the click stood for nothing that could be done. */
  readonly command: string | null;
  /** Why the click itself was refused, whatever its command would have said. */
  readonly refusal: string | null;
  readonly effect: Effect;
  /** The posted card shows what was done: nothing more needs to be said. */
  readonly edited: boolean;
};

/**
 * What a click stands for, done as the person who clicked, with their role and scope of this moment. A click that can no
 * longer mean what its button said is refused in words, with the card as it is now, and burns nothing; a refused click on
 * something that decides is in the audit trail. Twice is once: the verbs behind it change only what is still to change.
 */
export async function actOnCard(
  input: { readonly ctx: Context; readonly click: Click },
  commands: readonly Command[] = COMMANDS,
): Promise<Acted> {
  const { ctx, click } = input;
  const { sql } = ctx.db;
  const row = isToken(click.token) ? await readActionToken(sql, click.token) : null;
  if (row === null) return refused(clickRefusedCard("unknown"));
  const wanted = commandOfClick(row.action as Action, click);
  if ("problem" in wanted) return refused(wanted.problem);
  const effect = effectOf(wanted.command, commands);
  const refusal = await refusalOf(ctx, row, effect);
  if (refusal !== null) return refuse({ ctx, click, row, command: wanted.command, effect, refusal });
  if (wanted.confirm !== undefined && click.confirmed !== true) {
    return {
      answer: answerOf(confirmCard(wanted.confirm, wanted.command, wanted.style), 0),
      command: null,
      refusal: null,
      effect: "read",
      edited: false,
    };
  }
  const before = await revisionOf(sql, row.cardKey);
  const answer = await dispatch({ ctx, text: wanted.command }, commands);
  const edited = answer.exitCode === 0 && (await showsItAll({ ctx, click, row, effect, before }));
  return { answer, command: wanted.command, refusal: null, effect, edited };
}

/**
 * Whether the card now says what was done. A list does not, and a card only one person sees does not say it where all
 * should see it.
 */
async function showsItAll(input: {
  readonly ctx: Context;
  readonly click: Click;
  readonly row: ActionTokenRow;
  readonly effect: Effect;
  readonly before: number;
}): Promise<boolean> {
  const { before, click, ctx, effect, row } = input;
  const answered = effect === "read" ? null : await refreshLiveCard(ctx, row.cardKey);
  if ((await revisionOf(ctx.db.sql, row.cardKey)) <= before) return false;
  const live = answered ?? (await liveShows(ctx.db.sql, row.cardKey));
  return live === null || (live.kind === "one" && (row.audience === null || click.place.includes("@")));
}

/**
 * The form a click must open before anything is done; null = it needs none. Quick: surfaces have three seconds from the
 * click to showing it.
 */
export async function formOfClick(ctx: Pick<Context, "db">, token: string): Promise<Form | null> {
  const row = isToken(token) ? await readActionToken(ctx.db.sql, token) : null;
  const action = row === null || row.expired ? null : (row.action as Action);
  return action?.kind === "form" ? action : null;
}

type Wanted =
  | { readonly command: string; readonly confirm?: Confirm; readonly style: "primary" | "danger" | "plain" }
  | { readonly problem: Card };

function commandOfClick(action: Action, click: Click): Wanted {
  switch (action.kind) {
    case "button": {
      const { command, style, confirm } = action;
      return { command, style, ...(confirm === undefined ? {} : { confirm }) };
    }
    case "select": {
      const option = click.choice === undefined ? undefined : action.options[click.choice];
      if (option === undefined) return { problem: clickRefusedCard("choice") };
      return { command: option.command, style: "plain" };
    }
    case "form": {
      if (click.values === undefined) return { problem: clickRefusedCard("form") };
      const problems = checkValues(action, click.values);
      const lines = action.fields.flatMap(({ name, label }) =>
        problems[name] === undefined ? [] : [`${label}: ${problems[name]}`],
      );
      if (lines.length > 0) return { problem: clickRefusedCard("form", lines) };
      return { command: commandOf(action, click.values), style: action.style };
    }
    case "link":
      return { problem: clickRefusedCard("unknown") };
    default:
      return unreachable(action);
  }
}

/** Reading is harmless however old the card is; what changes something must have been meant for what is there now. */
async function refusalOf(ctx: Context, row: ActionTokenRow, effect: Effect): Promise<ClickRefusal | null> {
  if (row.audience !== null && row.audience !== ctx.actor.id) return "audience";
  if (row.expired) return "expired";
  if (effect === "read") return null;
  const current = await readPosted(ctx.db.sql, { channel: row.channel, key: row.cardKey });
  return current !== null && current.revision > row.revision ? "stale" : null;
}

async function refuse(input: {
  readonly ctx: Context;
  readonly click: Click;
  readonly row: ActionTokenRow;
  readonly command: string;
  readonly effect: Effect;
  readonly refusal: ClickRefusal;
}): Promise<Acted> {
  const { ctx, click, row, command, effect, refusal } = input;
  if (effect === "shared") {
    await auditRefusedClick({ ctx, input: { card: row.cardKey, command, reason: refusal } });
  }
  const said = clickRefusedCard(refusal);
  // Nobody is shown a card again that they may not be looking at.
  if (refusal === "audience" || (row.audience === null && row.channel !== click.place)) return refused(said);
  const current = await readPosted(ctx.db.sql, { channel: row.channel, key: row.cardKey });
  if (current === null) return refused(said);
  const card = current.card as Card;
  const blocks = [{ kind: "note" as const, tone: "warning" as const, text: CLICK_REFUSED[refusal] }, ...card.blocks];
  return refused({ ...card, blocks }, said.summary);
}

function refused(card: Card, refusal: string = textOf(card)): Acted {
  return { answer: answerOf(card, 2), command: null, refusal, effect: "read", edited: false };
}

/** A refusal in one sentence, with what is wrong with each field. */
function textOf({ summary, blocks }: Card): string {
  const details = blocks.flatMap((block) => (block.kind === "list" ? block.items.map(String) : []));
  return [summary, ...details].join(" ");
}

function answerOf(card: Card, exitCode: 0 | 2): CommandAnswer {
  const data = exitCode === 0 ? { asks: card.title } : { error: { code: "conflict", message: card.summary } };
  return { card, data, exitCode };
}
