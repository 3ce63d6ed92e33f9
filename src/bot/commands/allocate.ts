import { ALLOCATION_METHODS, RULE_NAME_MAX, SHARES_MAX } from "../../domain/allocation.ts";
import { TAG_ALIASES } from "../../domain/dimension.ts";
import { AppError } from "../../domain/errors.ts";
import { addMonths, firstDay, monthOf, monthPeriod, parseDay, type Day } from "../../domain/period.ts";
import type { Context } from "../../service/context.ts";
import { removeAllocation, setAllocation, type NewRule } from "../../service/set-allocation.ts";
import { allRules } from "../../service/allocate-costs.ts";
import { showAllocation } from "../../service/show-allocation.ts";
import { requireWholeScope } from "../../service/whole-scope.ts";
import type { Command, CommandAnswer } from "../command.ts";
import { parseQuestion } from "../grammar/parse-question.ts";
import { parseScope } from "../grammar/parse-scope.ts";
import { tokenise, type Token } from "../grammar/tokens.ts";
import { allocationCard, previewCard, rulesCard, ruleRemovedCard, ruleSavedCard } from "../views/allocation-card.ts";

const SET_USAGE =
  "allocate set NAME for DIM VALUE… to team|product|environment by cost|even|fixed [shares NAME WEIGHT,…] [from DAY] [confirm MARK]";
const USAGE = [
  "allocate show [team|product|environment] [PERIOD]",
  "allocate list",
  SET_USAGE,
  "allocate remove NAME [DAY]",
];

/** `allocate`: costs with shared charges spread over their users, and the rules that spread them. */
export const allocateCommand: Command = {
  name: "allocate",
  summary: "spread shared charges over their users: see it, and agree the rules",
  usage: USAGE.join("\n"),
  examples: [
    "allocate show team last month",
    "allocate list",
    "allocate set platform for team platform to team by cost",
  ],
  role: "viewer",
  effect: (text) => (/^\s*remove\b|^\s*set\b.*\bconfirm\b/i.test(text) ? "shared" : "read"),
  run: async ({ ctx, text }) => {
    const [, word = "list", rest = ""] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    switch (word.toLowerCase()) {
      case "list":
        return list(ctx);
      case "show":
        return show(ctx, rest);
      case "set":
        return set(ctx, rest);
      case "remove":
        return remove(ctx, rest);
      default:
        throw new AppError("bad-input", `allocate does not know "${word.slice(0, 40)}".`, { remedy: USAGE.join("\n") });
    }
  },
};

async function list(ctx: Context): Promise<CommandAnswer> {
  requireWholeScope(ctx, "allocate");
  const rules = await allRules(ctx);
  return { card: rulesCard(rules), data: { rules }, exitCode: 0 };
}

async function show(ctx: Context, text: string): Promise<CommandAnswer> {
  const [first = ""] = text.trim().split(/\s+/);
  const to = TAG_ALIASES.find((alias) => alias === first.toLowerCase()) ?? "team";
  const said = text
    .trim()
    .replace(new RegExp(`^${to}\\b`, "i"), "")
    .trim();
  const today = ctx.clock.today();
  const read = said === "" ? null : parseQuestion(said, { today });
  if (read !== null && (!read.ok || read.query.select.by !== "days" || read.query.filters.length > 0))
    throw new AppError("bad-input", `"${said.slice(0, 60)}" is no period.`, {
      remedy: "Say: allocate show team last month",
    });
  const days = read?.ok === true && read.query.select.by === "days" ? read.query.select : null;
  const period = days === null ? monthPeriod(addMonths(monthOf(today), -1)) : { from: days.from, to: days.to };
  const data = await showAllocation({ ctx, input: { period, to } });
  return { card: allocationCard(data), data, exitCode: 0 };
}

async function set(ctx: Context, text: string): Promise<CommandAnswer> {
  const { rule, confirm, words } = readRule(text, ctx.clock.today());
  const change = await setAllocation({ ctx, input: { rule, confirm } });
  if (change.kind === "saved") return { card: ruleSavedCard(change.rule), data: change, exitCode: 0 };
  return { card: previewCard(change, `allocate set ${words}`), data: change, exitCode: 0 };
}

async function remove(ctx: Context, text: string): Promise<CommandAnswer> {
  const [name = "", on] = tokenise(text).tokens.map((token) => token.text);
  const from = on === undefined ? firstDay(monthOf(ctx.clock.today())) : parseDay(on);
  if (name === "" || from === null) throw wrong("Say which rule, and from which day on if not this month's first.");
  const data = await removeAllocation({ ctx, input: { name, on: from } });
  return { card: ruleRemovedCard(data), data, exitCode: 0 };
}

/** Reads what follows `allocate set`; `words` is the same without the mark of a preview. */
function readRule(text: string, today: Day): { rule: NewRule; confirm: string | null; words: string } {
  const { tokens } = tokenise(text);
  const [name] = tokens;
  if (name === undefined || !/^[a-z0-9][a-z0-9._-]*$/i.test(name.text) || name.text.length > RULE_NAME_MAX)
    throw wrong("A rule needs a short name: letters, digits, dots and dashes.");
  const at = (word: string, values: RegExp): number =>
    tokens.findIndex((token, index) => index > 0 && is(token, word) && values.test(tokens[index + 1]?.text ?? ""));
  const to = at("to", /^(team|product|environment)$/i);
  const by = at("by", /^(cost|even|fixed)$/i);
  const shares = at("shares", /./);
  const from = at("from", /^\d{4}-\d{2}-\d{2}$/);
  const confirm = at("confirm", /^[0-9a-f]{8}$/);
  const alias = TAG_ALIASES.find((one) => one === tokens[to + 1]?.text.toLowerCase());
  const method = ALLOCATION_METHODS.find((one) => one === tokens[by + 1]?.text.toLowerCase());
  if (to < 0 || by < 0 || alias === undefined || method === undefined)
    throw wrong("Say over what it is spread, and how.");
  const end = Math.min(...[to, by, shares, from, confirm].filter((position) => position > 0));
  const day = from < 0 ? firstDay(monthOf(today)) : parseDay(tokens[from + 1]?.text ?? "");
  if (day === null) throw wrong("`from` is followed by a day: 2026-11-01.");
  const scope = parseScope(text.slice(tokens[1]?.start ?? 0, tokens[end]?.start), today);
  if (scope.length === 0) throw wrong("Say which charges are shared.");
  const until =
    shares < 0 ? 0 : Math.min(...[to, by, from, confirm, tokens.length].filter((position) => position > shares));
  const given = shares < 0 ? {} : sharesOf(tokens.slice(shares + 1, until));
  if ((method === "fixed") !== Object.keys(given).length > 0) throw wrong("`by fixed` and `shares` belong together.");
  const words = confirm < 0 ? text.trim() : text.slice(0, tokens[confirm]?.start).trim();
  return {
    rule: {
      name: name.text.toLowerCase(),
      scope,
      to: alias,
      by: method,
      shares: given,
      from: day,
      until: null,
      origin: "chat",
    },
    confirm: confirm < 0 ? null : (tokens[confirm + 1]?.text ?? null),
    words,
  };
}

function is(token: Token, word: string): boolean {
  return token.kind === "word" && token.text.toLowerCase() === word;
}

/** `payments 0.6, search 0.4`, or with `=`. */
function sharesOf(tokens: readonly Token[]): Record<string, string> {
  const words = tokens.filter(({ kind }) => kind !== "comma").map(({ text }) => text);
  const shares: Record<string, string> = {};
  for (let index = 0; index < words.length; index += 2) {
    const [name = "", weight = ""] = [words[index], words[index + 1]];
    if (!/^\d{1,12}(\.\d{1,18})?$/.test(weight) || Number(weight) === 0)
      throw wrong(`The share of "${name.slice(0, 40)}" is no weight above 0, like 0.6.`);
    shares[name] = weight;
  }
  if (Object.keys(shares).length > SHARES_MAX) throw wrong(`A rule has at most ${SHARES_MAX} shares.`);
  return shares;
}

function wrong(message: string): AppError {
  return new AppError("bad-input", message, { remedy: `Say: ${SET_USAGE}` });
}
