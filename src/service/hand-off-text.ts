import { z } from "zod";

import type { Json } from "../domain/audit-event.ts";
import { formatMoney, money } from "../domain/money.ts";

const payloadSchema = z.object({
  id: z.string(),
  title: z.string(),
  resource: z.string(),
  name: z.string().nullable(),
  provider: z.string(),
  account: z.string().nullable(),
  region: z.string().nullable(),
  saving: z.object({ monthly: z.string(), yearly: z.string(), currency: z.string() }),
  evidence: z.array(z.object({ fact: z.string(), value: z.string() })),
  evidenceWindow: z.object({ from: z.string(), to: z.string() }),
  arithmetic: z.string(),
  risk: z.string(),
  effort: z.string(),
  remedy: z.array(z.string()),
  rollback: z.string(),
  approvedBy: z.array(z.object({ id: z.string(), name: z.string(), at: z.string() })),
});

export type HandOffText = {
  /** One line, at most 200 characters. */
  readonly summary: string;
  /** Facts of the work, one line each. Hostile names are in here: put it where nothing is live. */
  readonly facts: readonly string[];
  readonly commands: readonly string[];
  readonly rollback: string;
};

/** What an issue says, in plain text. */
export function handOffText(payload: { readonly [key: string]: Json }): HandOffText {
  const of = payloadSchema.parse(payload);
  const amount = (text: string): string => formatMoney(money(text, of.saving.currency));
  const where = [of.provider, of.account, of.region].filter((part) => part !== null).join(" / ");
  return {
    summary: oneLine(`${of.title}: ${of.name ?? of.resource} saves ${amount(of.saving.monthly)} a month`).slice(0, 200),
    facts: [
      `What      ${of.title}`,
      `Resource  ${of.resource}${of.name === null ? "" : ` (${of.name})`}`,
      `Where     ${where}`,
      `Saving    ${amount(of.saving.monthly)} a month, ${amount(of.saving.yearly)} a year (${of.arithmetic})`,
      `Risk      ${of.risk}   Effort ${of.effort}`,
      `Evidence  bills of ${of.evidenceWindow.from} to ${of.evidenceWindow.to} (end exclusive)`,
      ...of.evidence.map(({ fact, value }) => `          ${fact}: ${value}`),
      ...of.approvedBy.map(({ name, at }) => `Approved  by ${name} at ${at}`),
    ].map(oneLine),
    commands: of.remedy,
    rollback: of.rollback,
  };
}

/** Nothing that starts a new line or moves the cursor. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trimEnd();
}
