import { describeFilter } from "../../analysis/describe-filter.ts";
import { isTimeZone } from "../../domain/time-zone.ts";
import { AppError } from "../../domain/errors.ts";
import { nearestWords } from "../../domain/nearest.ts";
import { NOTIFY_LEVELS, PRIVATE_SURFACES, THEMES, type Preferences } from "../../domain/person.ts";
import {
  changeChannelScope,
  changeSettings,
  showSettings,
  type SettingsAnswer,
} from "../../service/change-settings.ts";
import type { Context } from "../../service/context.ts";
import type { Card } from "../card.ts";
import { effectByWord, type Command, type CommandAnswer } from "../command.ts";
import { parseScope } from "../grammar/parse-scope.ts";

const USAGE = [
  "settings",
  "settings timezone ZONE|default",
  "settings theme auto|light|dark",
  "settings channel CHANNEL|default",
  "settings notify all|mentions|none",
  "settings surface web|slack|discord|all",
  "settings show #CHANNEL for DIM VALUE… | everything",
].join("\n");

/** `settings`: mine (time zone, theme, default channel, notification) and the channel's (what it shows, its digests). */
export const settingsCommand: Command = {
  name: "settings",
  summary: "your time zone, theme and notifications, and what this channel shows",
  usage: USAGE,
  examples: ["settings", "settings timezone Europe/Berlin", "settings theme dark"],
  role: "viewer",
  effect: effectByWord({
    timezone: "own",
    theme: "own",
    channel: "own",
    notify: "own",
    surface: "own",
    show: "shared",
  }),
  run: async ({ ctx, text }) => {
    const [word, ...words] = text.split(/\s+/).filter((part) => part !== "");
    if (word === undefined) return shown(ctx);
    const verb = VERBS[word.toLowerCase()];
    if (verb !== undefined) return verb(ctx, words);
    const near = nearestWords(word.toLowerCase(), Object.keys(VERBS))[0];
    throw new AppError("bad-input", `There is no setting "${word.slice(0, 40)}".`, {
      remedy: near === undefined ? `Usage:\n${USAGE}` : `Did you mean settings ${near}?`,
    });
  },
};

type SettingVerb = (ctx: Context, words: readonly string[]) => Promise<CommandAnswer>;

const VERBS: Readonly<Record<string, SettingVerb>> = {
  timezone: async (ctx, [zone = ""]) => {
    if (zone !== "default" && !isTimeZone(zone)) {
      throw new AppError("bad-input", `"${zone.slice(0, 40)}" is no time zone.`, {
        remedy: "Say for example Europe/Berlin.",
      });
    }
    return saved(ctx, { timeZone: zone === "default" ? null : zone });
  },
  theme: (ctx, [theme]) => saved(ctx, { theme: oneOf(THEMES, theme) }),
  channel: async (ctx, [name = ""]) =>
    saved(ctx, { channel: name === "default" ? null : name.replace(/^#/, "") || null }),
  surface: (ctx, [surface]) =>
    saved(ctx, { surface: surface?.toLowerCase() === "all" ? null : oneOf(PRIVATE_SURFACES, surface) }),
  notify: (ctx, [level]) => saved(ctx, { notify: oneOf(NOTIFY_LEVELS, level) }),
  show: async (ctx, [name = "", ...words]) => {
    const channel = name.replace(/^#/, "").toLowerCase();
    const scope = await changeChannelScope({
      ctx,
      input: { channel, scope: parseScope(words.join(" "), ctx.clock.today()) },
    });
    const summary = `#${channel} shows ${describeFilter(scope)} from now on. What was said before stays with those who could read it.`;
    const card: Card = { title: `#${channel}`, summary, tone: "good", blocks: [], actions: [], footer: [] };
    return { card, data: { channel, scope }, exitCode: 0 };
  },
};

async function saved(
  ctx: Context,
  input: { [Name in keyof Preferences]: Preferences[Name] | null },
): Promise<CommandAnswer> {
  await changeSettings({ ctx, input });
  return shown(ctx);
}

async function shown(ctx: Context): Promise<CommandAnswer> {
  const data = await showSettings({ ctx, input: {} });
  return { card: settingsCard(data, ctx.settings.timeZone), data, exitCode: 0 };
}

function settingsCard({ mine, channel }: SettingsAnswer, zone: string): Card {
  const facts = [
    { label: "Time zone", value: mine.timeZone ?? `${zone} (default)` },
    { label: "Theme", value: mine.theme ?? "auto" },
    { label: "Default channel", value: mine.channel === undefined ? "none" : `#${mine.channel}` },
    { label: "Notification", value: mine.notify ?? "mentions" },
    { label: "Private cards", value: mine.surface ?? "everywhere you are linked" },
  ];
  const digests = channel?.digests.map(({ name, cron, timeZone }) => `${name} (${cron}, ${timeZone})`) ?? [];
  const here = [
    { label: "Channel shows", value: describeFilter(channel?.scope ?? []) },
    { label: "Digests", value: digests.join(", ") || "none" },
  ];
  return {
    title: "Settings",
    summary: `Your time zone is ${mine.timeZone ?? zone}.${channel === null ? "" : ` #${channel.name} shows ${describeFilter(channel.scope)}.`}`,
    tone: "neutral",
    blocks: [{ kind: "facts", facts }, ...(channel === null ? [] : [{ kind: "facts" as const, facts: here }])],
    actions: [{ kind: "button", label: "What can be set", style: "plain", command: "help settings" }],
    footer: ["Costs stay in UTC days, as the clouds bill them."],
  };
}

function oneOf<Value extends string>(values: readonly Value[], word: string | undefined): Value {
  const found = values.find((value) => value === word?.toLowerCase());
  if (found !== undefined) return found;
  throw new AppError("bad-input", `"${(word ?? "").slice(0, 40)}" is not one of them.`, {
    remedy: `There are: ${values.join(", ")}.`,
  });
}
