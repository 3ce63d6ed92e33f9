import { z } from "zod";

/** How much a digest tells of: the last complete day, the calendar week before, the calendar month before. */
export const DIGEST_CYCLES = ["day", "week", "month"] as const;
export type DigestCycle = (typeof DIGEST_CYCLES)[number];

/**
 * When a report is worth a post. `amount`: its total is above it, in that currency. `rise`: usage rose by at least so
 * many percent. `changed`: anything is worth a line: something rose or fell, or a budget is at risk.
 */
const onlyWhenSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("amount"), amount: z.string().regex(/^\d+(\.\d+)?$/), currency: z.string() }),
  z.object({ kind: z.literal("rise"), percent: z.number().positive() }),
  z.object({ kind: z.literal("changed") }),
]);
export type OnlyWhen = z.infer<typeof onlyWhenSchema>;

/** What a schedule of the job `digest` posts; kept as JSON beside its times. */
export const reportSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("digest"), cycle: z.enum(DIGEST_CYCLES), onlyWhen: onlyWhenSchema.nullable() }),
  /** The answer to a saved question, by its id; a name is never another question's afterwards. */
  z.object({
    kind: z.literal("question"),
    saved: z.string(),
    name: z.string(),
    onlyWhen: onlyWhenSchema.nullable(),
  }),
  /** Tag hygiene, with a reply for each owner. */
  z.object({ kind: z.literal("hygiene"), onlyWhen: z.null() }),
]);
export type Report = z.infer<typeof reportSchema>;

/** What finops.yaml may schedule beside what people subscribe to in chat: what needs nobody's rights but the channel's. */
export const SCHEDULED_REPORTS = ["digest", "hygiene"] as const;

/** What a digest schedule posts that says nothing else. */
export const DAILY_DIGEST: Report = { kind: "digest", cycle: "day", onlyWhen: null };

const PERCENT_MAX = 100_000;

/** Reads `over 500 USD`, `over 10%` or `changed`; null when it is none of them. */
export function parseOnlyWhen(text: string): OnlyWhen | null {
  const said = text
    .trim()
    .toLowerCase()
    .replace(/^when\s+/, "");
  if (/^(changed|something changed|anything changed)$/.test(said)) return { kind: "changed" };
  const rise = /^over\s+(\d{1,6}(?:\.\d{1,3})?)\s*(?:%|percent)$/.exec(said);
  if (rise !== null) {
    const percent = Number(rise[1]);
    return percent > 0 && percent <= PERCENT_MAX ? { kind: "rise", percent } : null;
  }
  const amount = /^over\s+(\d[\d,]*(?:\.\d{1,18})?)(k?)\s*([a-z]{3})$/.exec(said);
  if (amount === null) return null;
  const digits = (amount[1] ?? "").replaceAll(",", "");
  if (amount[2] === "k" && digits.includes(".")) return null;
  return {
    kind: "amount",
    amount: `${digits}${amount[2] === "k" ? "000" : ""}`,
    currency: (amount[3] ?? "").toUpperCase(),
  };
}

/** The same as text that `parseOnlyWhen` reads back. */
export function onlyWhenText(onlyWhen: OnlyWhen): string {
  switch (onlyWhen.kind) {
    case "amount":
      return `over ${onlyWhen.amount} ${onlyWhen.currency}`;
    case "rise":
      return `over ${onlyWhen.percent}%`;
    case "changed":
      return "changed";
  }
}
