import { AppError } from "../../domain/errors.ts";
import { nearestWords } from "../../domain/nearest.ts";
import type { Day } from "../../domain/period.ts";
import type { ExclusionInput } from "../../service/waste-exclusions.ts";
import { untilDay } from "./recs-arguments.ts";

const WORDS = ["rule", "resource", "account", "tag", "reason", "until"] as const;
type Word = (typeof WORDS)[number];
const EXAMPLE = 'waste exclude resource vol-1 --reason "kept for the auditors" --until 2026-12-31';

/**
 * `rule net.nat.idle account 123 --reason kept for the move --until 30d`: words with or without dashes, values with or
 * without quotes. Throws AppError "bad-input" with what was meant.
 */
export function parseExclusion(text: string, today: Day): ExclusionInput {
  const given = readWords(text);
  const until = given.get("until");
  return {
    rule: given.get("rule")?.toLowerCase() ?? null,
    resource: given.get("resource") ?? null,
    account: given.get("account") ?? null,
    tag: tagOf(given.get("tag")),
    reason: given.get("reason") ?? "",
    until: until === undefined ? undefined : endOf(until, today),
  };
}

function readWords(text: string): ReadonlyMap<Word, string> {
  const tokens = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => ({
    text: double?.replaceAll(/\\(.)/g, "$1") ?? single ?? bare ?? "",
    quoted: bare === undefined,
  }));
  const given = new Map<Word, string>();
  let current: Word | null = null;
  for (const token of tokens) {
    const next: Word | undefined = token.quoted ? undefined : wordOf(token.text, current);
    if (next !== undefined) {
      current = next;
      given.set(next, "");
    } else if (current === null) throw unknownWord(token.text);
    else if (given.get(current) === "") given.set(current, token.text);
    else if (current === "reason") given.set(current, `${given.get(current)} ${token.text}`);
    else throw unknownWord(token.text);
  }
  for (const [word, value] of given) {
    if (value !== "") continue;
    throw new AppError("bad-input", `What follows ${word} is missing.`, { remedy: `For example: ${EXAMPLE}` });
  }
  return given;
}

/** Inside a reason only `--word` begins something new: "account closed" is part of it. */
function wordOf(text: string, current: Word | null): Word | undefined {
  const [, dashes = "", word = ""] = /^(--)?([a-z]+)$/i.exec(text) ?? [];
  if (current === "reason" && dashes === "") return undefined;
  return WORDS.find((one) => one === word.toLowerCase());
}

function unknownWord(text: string): AppError {
  const [near] = nearestWords(text.replace(/^--/, ""), WORDS);
  return new AppError("bad-input", `waste exclude does not know "${text.slice(0, 40)}".`, {
    remedy: near === undefined ? `For example: ${EXAMPLE}` : `Did you mean ${near}?`,
  });
}

function tagOf(text: string | undefined): ExclusionInput["tag"] {
  if (text === undefined) return null;
  const [, key = "", value] = /^([^=]+)(?:=(.*))?$/s.exec(text) ?? [];
  return { key, value: value === undefined || value === "" ? null : value };
}

/** The first day it no longer holds; a number of days counts from today. */
function endOf(text: string, today: Day): Day | null {
  if (/^(?:never|forever|for ever)$/i.test(text)) return null;
  const day = untilDay(text, today);
  if (day !== null) return day;
  throw new AppError("bad-input", `"${text.slice(0, 40)}" is no day.`, {
    remedy: "Write a day (2026-12-31), a number of days (30d), or never.",
  });
}
