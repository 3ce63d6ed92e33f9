import { AppError } from "../../domain/errors.ts";
import { nearestWords } from "../../domain/nearest.ts";
import { parseDay } from "../../domain/period.ts";
import type { Report } from "../../domain/report.ts";
import { bothScopes } from "../../domain/scope.ts";
import { buildDigest } from "../../service/build-digest.ts";
import type { Context } from "../../service/context.ts";
import { listSchedules } from "../../service/list-schedules.ts";
import { resumeDigest, stopDigest } from "../../service/stop-digest.ts";
import { subscribeDigest } from "../../service/subscribe-digest.ts";
import type { Command, CommandAnswer } from "../command.ts";
import { parseScope } from "../grammar/parse-scope.ts";
import { digestCard } from "../views/digest-card.ts";
import { subscribedCard, subscriptionsCard, switchedCard } from "../views/subscription-card.ts";
import { closeMonth } from "./digest-close.ts";
import { CYCLE_WORDS, readDigestTerms, SUBSCRIBE_USAGE, type DigestTerms } from "./digest-terms.ts";
import { questionReport } from "./saved-question.ts";

const USAGE = [
  "digest now [daily|weekly|monthly] [for DIM VALUE…]",
  "digest DAY",
  SUBSCRIBE_USAGE,
  "digest close [MONTH] [keep | invoice ID is AMOUNT [CURRENCY]]",
  "digest list",
  "digest off ID",
  "digest on ID",
].join("\n");

/** Digests: now, for a day, and by themselves in a channel. */
export const digestCommand: Command = {
  name: "digest",
  summary: "what a day, week or month cost, why, and what is next; now, or by itself in a channel",
  usage: USAGE,
  examples: ["digest now", "digest now weekly", "digest subscribe weekly at 08:30 for team payments", "digest list"],
  role: "viewer",
  effect: (text) => (/^\s*(subscribe|off|on)\b|^\s*close\b.*\bkeep\s*$/i.test(text) ? "shared" : "read"),
  run: async ({ ctx, text }) => {
    const [, word = "now", rest = ""] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    const said = word.toLowerCase();
    const verb = VERBS[said];
    if (verb !== undefined) return verb(ctx, rest);
    if (CYCLE_WORDS[said] !== undefined) return now(ctx, `${said} ${rest.replace(/^now\b/i, "")}`);
    const day = parseDay(word);
    if (day !== null) {
      const data = await buildDigest({ ctx: narrowed(ctx, rest), input: { day } });
      return { card: digestCard(data), data, exitCode: 0 };
    }
    const [near] = nearestWords(said, Object.keys(VERBS), 1);
    const remedy =
      near === undefined ? "Say digest now, digest list or digest 2026-11-21." : `Did you mean digest ${near}?`;
    throw new AppError("bad-input", `digest does not know "${word.slice(0, 40)}".`, { remedy });
  },
};

type DigestVerb = (ctx: Context, text: string) => Promise<CommandAnswer>;

const VERBS: Readonly<Record<string, DigestVerb>> = { now, list, subscribe, off, on, close: closeMonth };

async function now(ctx: Context, text: string): Promise<CommandAnswer> {
  const [, first = "", rest = ""] = /^\s*(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  const cycle = CYCLE_WORDS[first.toLowerCase()];
  const own = narrowed(ctx, cycle === undefined ? text : rest);
  const data = await buildDigest({ ctx: own, input: cycle === undefined ? {} : { cycle } });
  return { card: digestCard(data), data, exitCode: 0 };
}

/** What is asked for on top of what may be seen: `for team payments`. */
function narrowed(ctx: Context, text: string): Context {
  if (text.trim() === "") return ctx;
  return { ...ctx, scope: bothScopes(ctx.scope, parseScope(text, ctx.clock.today())) };
}

async function list(ctx: Context): Promise<CommandAnswer> {
  const { schedules } = await listSchedules({ ctx, input: {} });
  const data = { schedules: schedules.filter(({ job }) => job === "digest") };
  return { card: subscriptionsCard(data), data, exitCode: 0 };
}

async function subscribe(ctx: Context, text: string): Promise<CommandAnswer> {
  return subscribeTo(ctx, readDigestTerms(text, ctx.clock.today()));
}

/** A digest, or the answer to a saved question, which is saved first where its text is given. */
async function subscribeTo(ctx: Context, terms: DigestTerms): Promise<CommandAnswer> {
  const { cycle, onlyWhen, question, hygiene, ...when } = terms;
  const report: Report = hygiene
    ? { kind: "hygiene", onlyWhen: null }
    : question === null
      ? { kind: "digest", cycle, onlyWhen }
      : await questionReport(ctx, question, onlyWhen);
  const data = await subscribeDigest({ ctx, input: { ...when, report } });
  return { card: subscribedCard(data), data, exitCode: 0 };
}

async function off(ctx: Context, text: string): Promise<CommandAnswer> {
  const subscription = await stopDigest({
    ctx,
    input: { name: idOf(text), render: (entry) => switchedCard(entry, "off") },
  });
  return { card: switchedCard(subscription, "off"), data: { off: subscription.name }, exitCode: 0 };
}

async function on(ctx: Context, text: string): Promise<CommandAnswer> {
  const subscription = await resumeDigest({ ctx, input: { name: idOf(text) } });
  return { card: switchedCard(subscription, "on"), data: { subscription }, exitCode: 0 };
}

function idOf(text: string): string {
  const id = text.trim().replace(/^"(.*)"$/, "$1");
  if (id !== "") return id;
  throw new AppError("bad-input", "Say which digest: its id follows the word.", { remedy: "digest list shows them." });
}
