import type { CostQuery } from "../../domain/cost-query.ts";
import type { Dimension } from "../../domain/dimension.ts";
import type { Kind } from "../../domain/kind.ts";
import type { Day } from "../../domain/period.ts";
import type { Token } from "./tokens.ts";

/** What the grammar may know besides the text. Pure: the day is handed in. */
export type QuestionEnv = {
  readonly today: Day;
  /** Tag keys in the data, for did-you-mean. */
  readonly tagKeys?: readonly string[];
};

/** A question being read. undefined = not said yet. */
export type Draft = {
  select?: CostQuery["select"];
  said: string | null;
  by: Dimension[];
  allocated?: true;
  filters: CostQuery["filters"];
  metric?: CostQuery["metric"];
  per?: NonNullable<CostQuery["per"]>;
  versus?: NonNullable<CostQuery["versus"]>;
  /** How the compared period was said, so that "this month vs last month" aligns by calendar. */
  versusSaid: string | null;
  top?: number;
  without: Kind[];
  currency?: string;
  form?: NonNullable<CostQuery["form"]>;
};

/** What is wrong from token `at` on, over `length` tokens, and texts that could stand there instead. */
export type Failure = { ok: false; message: string; at: number; length: number; replacements: readonly string[] };
export type Step = { ok: true; next: number } | Failure;

export type Reader = { readonly tokens: readonly Token[]; readonly env: QuestionEnv; readonly draft: Draft };

/** The bare word at a position, in lower case; "" when there is none. */
export function wordAt(reader: Reader, position: number): string {
  const token = reader.tokens[position];
  return token !== undefined && token.kind === "word" ? token.text.toLowerCase() : "";
}

export function done(next: number): Step {
  return { ok: true, next };
}

export function fail(message: string, at: number, length: number, replacements: readonly string[] = []): Failure {
  return { ok: false, message, at, length, replacements };
}

/** The text of a token for a message, clipped: hostile text stays short. */
export function shown(reader: Reader, position: number): string {
  const text = reader.tokens[position]?.text ?? "";
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
