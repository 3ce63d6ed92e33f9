import { randomUUID } from "node:crypto";
import { channel } from "node:diagnostics_channel";

import { hasRole } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import { nearestWords } from "../domain/nearest.ts";
import type { Context } from "../service/context.ts";
import { connectionLost } from "../store/connection-lost.ts";
import type { Command, CommandAnswer, Effect } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { errorCard, roleNeededMessage, unexpectedCard, unknownCommandCard } from "./phrases.ts";

/** Diagnostics channel on which every command's duration is told; metrics listen, nothing depends on it. */
export const COMMAND_DONE = "finops:command-done";
export type CommandDone = { readonly command: string; readonly exitCode: number; readonly seconds: number };
const commandDone = channel(COMMAND_DONE);

/** Longest text taken as a command. */
export const COMMAND_TEXT_MAX = 4_000;

/**
 * Runs what a person typed, on any surface. Never throws: what a person can mend becomes a card that says how,
 * anything else is logged under an id the card names. `/cost`, `finops cost` and `cost` are the same.
 */
export async function dispatch(
  input: { readonly ctx: Context; readonly text: string },
  commands: readonly Command[] = COMMANDS,
): Promise<CommandAnswer> {
  const started = performance.now();
  const { word, rest } = splitCommand(input.text);
  const answer = await answerWord({ ctx: input.ctx, word, rest }, commands);
  // What people mistype must not become a metric label.
  const command = commands.some(({ name }) => name === word) ? word : "unknown";
  const done: CommandDone = { command, exitCode: answer.exitCode, seconds: (performance.now() - started) / 1000 };
  commandDone.publish(done);
  return answer;
}

async function answerWord(
  input: { readonly ctx: Context; readonly word: string; readonly rest: string },
  commands: readonly Command[],
): Promise<CommandAnswer> {
  const { word } = input;
  try {
    return await runWord(input, commands);
  } catch (error) {
    const lost = connectionLost(error);
    if (lost !== null) input.ctx.log.warn({ err: error, command: word }, "the database went away");
    if (lost !== null) return refused(lost, word);
    return error instanceof AppError ? refused(error, word) : unexpected(error, input.ctx, word);
  }
}

/** The command word, lower case, and what follows it. */
export function splitCommand(text: string): { word: string; rest: string } {
  const trimmed = text
    .trim()
    .replace(/^\/?finops(\s+|$)/i, "")
    .replace(/^\//, "");
  const match = /^(\S+)\s*([\s\S]*)$/.exec(trimmed);
  return { word: (match?.[1] ?? "help").toLowerCase(), rest: match?.[2] ?? "" };
}

/** What running a text would do beyond answering. */
export function effectOf(text: string, commands: readonly Command[] = COMMANDS): Effect {
  const { word, rest } = splitCommand(text);
  return commands.find(({ name }) => name === word)?.effect?.(rest) ?? "read";
}

async function runWord(
  input: { ctx: Context; word: string; rest: string },
  commands: readonly Command[],
): Promise<CommandAnswer> {
  const { ctx, word, rest } = input;
  if (word.length + rest.length > COMMAND_TEXT_MAX) {
    throw new AppError("limit", `A command has at most ${COMMAND_TEXT_MAX} characters; this one is longer.`, {
      remedy: "Put long lists of values in a configuration file, or ask in parts.",
    });
  }
  const command = commands.find((candidate) => candidate.name === word);
  if (command === undefined) return unknown(word, commands);
  if (!hasRole(ctx.actor, command.role)) {
    const { message, remedy } = roleNeededMessage(command.name, command.role, ctx.actor);
    throw new AppError("forbidden", message, { remedy });
  }
  return withCommand(await command.run({ ctx, text: rest }), command, rest);
}

/** What is read says what to type to read all of it: a surface may show less (bot/fit.ts). */
function withCommand(answer: CommandAnswer, { name, effect }: Command, rest: string): CommandAnswer {
  const { card } = answer;
  const text = `${name} ${rest}`.trim();
  const reads = answer.exitCode === 0 && (effect?.(rest) ?? "read") === "read";
  if (!reads || card.command !== undefined || /[\r\n]/.test(text)) return answer;
  return { ...answer, card: { ...card, command: text } };
}

function unknown(word: string, commands: readonly Command[]): CommandAnswer {
  const names = commands.map((command) => command.name);
  const starting = names.filter((name) => word.length > 1 && name.startsWith(word));
  const nearest = [...new Set([...starting, ...nearestWords(word, names)])];
  const card = unknownCommandCard(word.slice(0, 60), nearest);
  return { card, data: { error: { code: "bad-input", message: card.summary } }, exitCode: 2 };
}

function refused(error: AppError, word: string): CommandAnswer {
  const { code, message, remedy } = error;
  return {
    card: errorCard(error, word),
    data: { error: { code, message, ...(remedy === undefined ? {} : { remedy }) } },
    exitCode: code === "internal" || code === "unavailable" ? 1 : 2,
  };
}

function unexpected(error: unknown, ctx: Context, word: string): CommandAnswer {
  const errorId = `err-${randomUUID().slice(0, 8)}`;
  ctx.log.error({ err: error, errorId, command: word }, "command failed unexpectedly");
  const card = unexpectedCard(errorId);
  return { card, data: { error: { code: "internal", message: card.summary, reference: errorId } }, exitCode: 1 };
}
