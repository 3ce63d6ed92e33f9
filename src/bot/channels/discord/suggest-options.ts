import { WASTE_RULES } from "../../../analysis/waste/rules.ts";
import { formatMoney } from "../../../domain/money.ts";
import { savingMonthly } from "../../../domain/recommendation.ts";
import { hasRole } from "../../../domain/actor.ts";
import type { Context } from "../../../service/context.ts";
import { listBudgets } from "../../../service/list-budgets.ts";
import { listRecommendations } from "../../../service/list-recommendations.ts";
import { suggestValues } from "../../../service/suggest-values.ts";
import { listChannels } from "../../../store/conversations.ts";
import type { Command } from "../../command.ts";
import { completeText, valueSuggestions } from "../../complete/complete-text.ts";
import type { Typing } from "./complete-option.ts";

export type Suggested = { readonly value: string; readonly about?: string };

/** What may stand in the option somebody is typing in: as the language completes it, or what there is to pick from. */
export async function suggestOption(
  input: { readonly ctx: Context; readonly typing: Typing },
  commands: readonly Command[],
): Promise<readonly Suggested[]> {
  const { ctx, typing } = input;
  const allowed = commands.filter((command) => hasRole(ctx.actor, command.role));
  const source = SOURCES[`${typing.command} ${typing.option}`] ?? SOURCES[`* ${typing.option}`];
  if (source !== undefined) return fitting(await source(ctx, allowed), typing.typed);
  return completed(ctx, typing, allowed);
}

async function completed(ctx: Context, typing: Typing, commands: readonly Command[]): Promise<Suggested[]> {
  const { before, typed } = typing;
  const { options, values } = completeText(before + typed, commands);
  const known =
    values === null
      ? []
      : valueSuggestions(values, await suggestValues({ ctx, input: { dimension: values.dimension } }));
  return [...known, ...options].flatMap(({ text, about, more }) => {
    // Another clause has an option of its own.
    const own = text.startsWith(before) && !(before !== "" && more && !text.slice(before.length).startsWith(typed));
    return own ? [{ value: text.slice(before.length), about }] : [];
  });
}

type Source = (ctx: Context, commands: readonly Command[]) => Promise<readonly Suggested[]>;

const budgetNames: Source = async (ctx) =>
  (await listBudgets({ ctx, input: {} })).map(({ budget }) => ({
    value: budget.name,
    about: formatMoney(budget.amount),
  }));
const recommendations: Source = async (ctx) =>
  (await listRecommendations({ ctx, input: { states: ["proposed", "partly-approved", "approved"], mine: false } })).map(
    ({ recommendation: { id, finding } }) => ({
      value: id,
      about: `${finding.title}, ${formatMoney(savingMonthly(finding))} a month`,
    }),
  );
const rules: Source = async () => WASTE_RULES.map(({ id, title }) => ({ value: id, about: title }));
const channels: Source = async (ctx) => {
  const { actor } = ctx;
  const scope = actor.kind === "system" ? [] : actor.scope;
  return (await listChannels(ctx.db.sql, { personId: actor.id, scope }))
    .filter(({ kind }) => kind !== "direct")
    .map(({ name }) => ({ value: name }));
};
const commandNames: Source = async (_ctx, commands) =>
  commands.map(({ name, summary }) => ({ value: name, about: summary }));

const SOURCES: Readonly<Record<string, Source | undefined>> = {
  "budget name": budgetNames,
  "recs id": recommendations,
  "* rule": rules,
  "* channel": channels,
  "help command": commandNames,
};

/** What begins like what is typed first, then what contains it. */
function fitting(all: readonly Suggested[], typed: string): Suggested[] {
  const looked = typed.trim().toLowerCase();
  const text = ({ value, about = "" }: Suggested): string => `${value} ${about}`.toLowerCase();
  const starts = all.filter(({ value }) => value.toLowerCase().startsWith(looked));
  return [...starts, ...all.filter((one) => !starts.includes(one) && text(one).includes(looked))];
}
