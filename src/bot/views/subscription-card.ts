import type { ScheduleEntry, ScheduleList } from "../../domain/contract-operations.ts";
import { dateOfInstant } from "../../domain/period.ts";
import { onlyWhenText, type Report } from "../../domain/report.ts";
import { quoteValue } from "../../domain/question-text.ts";
import type { Subscribed } from "../../service/subscribe-digest.ts";
import type { Action, Card, RichText } from "../card.ts";
import { shortInstant } from "./status-card.ts";
import { subscribeForm } from "./subscribe-form.ts";

/** Options of the menu that switches one off. */
const MENU_MAX = 25;

const CYCLE_WORDS = { day: "daily", week: "weekly", month: "monthly" } as const;

/** "Weekly digest, only when over 500 USD", "Question burn". */
export function reportWords(report: Report): string {
  const words =
    report.kind === "hygiene"
      ? "Tag hygiene"
      : report.kind === "question"
        ? `Question ${report.name}`
        : `${capital(CYCLE_WORDS[report.cycle])} digest`;
  return report.onlyWhen === null ? words : `${words}, only when ${onlyWhenText(report.onlyWhen)}`;
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** What was agreed, and how it is taken back. */
export function subscribedCard({ change, subscription: one }: Subscribed): Card {
  const what = one.report === null ? "It" : reportWords(one.report);
  const first = `${what} comes to ${placeWords(one.channel)} ${whenWords(one)}.`;
  return {
    title: change === "created" ? "Subscribed" : "Subscription changed",
    summary: `${first} Next: ${localInstant(one)}.`,
    tone: "good",
    blocks: [
      {
        kind: "facts",
        facts: [
          { label: "Shows", value: one.scope },
          { label: "With the rights of", value: one.by ?? "the installation" },
        ],
      },
    ],
    actions: [
      { kind: "button", label: "Show it now", style: "primary", command: nowCommand(one) },
      { kind: "button", label: "Undo", style: "plain", command: `digest off ${one.name}` },
      { kind: "button", label: "All digests", style: "plain", command: "digest list" },
    ],
    footer: [`${one.name}: days are UTC billing days, times of day are in ${one.timeZone}.`],
  };
}

function nowCommand({ report }: ScheduleEntry): string {
  if (report?.kind === "hygiene") return "hygiene";
  return report?.kind === "question"
    ? `run ${quoteValue(report.name)}`
    : `digest now ${CYCLE_WORDS[report?.cycle ?? "day"]}`;
}

/** Digests and when they come; each can be switched off here. */
export function subscriptionsCard({ schedules }: ScheduleList): Card {
  const running = schedules.filter(({ paused }) => paused === null);
  const [first] = running.toSorted((a, b) => (a.next < b.next ? -1 : 1));
  const still = schedules.length - running.length;
  const summary =
    first === undefined
      ? `No digest comes by itself${still === 0 ? "" : `; ${still} stand still`}.`
      : `${running.length} ${running.length === 1 ? "digest comes" : "digests come"} by themselves${still === 0 ? "" : `, ${still} stand still`}. Next: ${localInstant(first)} to ${placeWords(first.channel)}.`;
  return {
    title: "Digests",
    summary: running.length === 1 ? summary.replace("by themselves", "by itself") : summary,
    tone: still === 0 ? "neutral" : "warning",
    blocks: [
      {
        kind: "table",
        columns: [
          { header: "Digest", align: "left" },
          { header: "When", align: "left" },
          { header: "To", align: "left" },
          { header: "Shows", align: "left" },
          { header: "Last", align: "left" },
        ],
        rows: schedules.map((one): RichText[] => [
          [
            { kind: "code", text: one.name },
            {
              kind: "text",
              text: ` ${one.report === null ? "" : reportWords(one.report)}${one.by === null ? "" : ` · ${one.by}`}`,
            },
          ],
          one.paused === null ? whenWords(one) : `stands still: ${one.paused}`,
          placeWords(one.channel),
          one.scope,
          lastWords(one),
        ]),
      },
    ],
    actions: [
      subscribeForm("Subscribe…", "primary"),
      { kind: "button", label: "Digest now", style: "plain", command: "digest now" },
      ...switches(running, "off"),
      ...switches(
        schedules.filter(({ paused }) => paused !== null),
        "on",
      ),
    ],
    footer: [],
  };
}

function switches(entries: readonly ScheduleEntry[], verb: "on" | "off"): Action[] {
  if (entries.length === 0) return [];
  const options = entries
    .slice(0, MENU_MAX)
    .map(({ name, channel }) => ({ label: `${name} → ${placeWords(channel)}`, command: `digest ${verb} ${name}` }));
  return [{ kind: "select", label: `Switch ${verb}`, options }];
}

/** Said after one was switched off or on, with the way back. */
export function switchedCard(one: ScheduleEntry, verb: "on" | "off"): Card {
  const summary =
    verb === "off"
      ? `${one.name} no longer comes to ${placeWords(one.channel)}.`
      : `${one.name} comes to ${placeWords(one.channel)} ${whenWords(one)} again. Next: ${localInstant(one)}.`;
  return {
    title: verb === "off" ? "Digest switched off" : "Digest switched on",
    summary,
    tone: "good",
    blocks: [],
    actions: [
      { kind: "button", label: "Undo", style: "plain", command: `digest ${verb === "off" ? "on" : "off"} ${one.name}` },
      { kind: "button", label: "All digests", style: "plain", command: "digest list" },
    ],
    footer: [],
  };
}

/** Posted once where it used to come, when its creator's rights are gone. */
export function pausedCard(name: string, reason: string): Card {
  return {
    title: `Digest ${name} stands still`,
    summary: `${capital(reason)}. Nothing is posted until somebody who may takes it over.`,
    tone: "warning",
    blocks: [],
    actions: [
      { kind: "button", label: "Take it over", style: "primary", command: `digest on ${name}` },
      { kind: "button", label: "Remove it", style: "plain", command: `digest off ${name}` },
    ],
    footer: [],
  };
}

function placeWords(channel: string | null): string {
  if (channel === null) return "nowhere";
  return channel.startsWith("@") ? "a private talk" : `#${channel}`;
}

function whenWords({ when, cron, timeZone }: ScheduleEntry): string {
  return `${when ?? cron} (${timeZone})`;
}

function lastWords({ last }: ScheduleEntry): string {
  if (last === null) return "–";
  const late = last.late ? " (late)" : "";
  return `${last.status} ${shortInstant(last.due)}${late}${last.note.startsWith("quiet") ? `, ${last.note}` : ""}`;
}

/** "Sat 21 Nov, 09:00" in the zone of the schedule. */
function localInstant({ next, timeZone }: ScheduleEntry): string {
  const parts = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-GB", { ...parts, timeZone }).format(dateOfInstant(Date.parse(next)));
}
