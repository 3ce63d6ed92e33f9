import { z } from "zod";

/**
 * The answers scripts depend on: one schema for each `--json` document, published as JSON Schema.
 * Money is a decimal string beside its currency, ratios are decimal strings, period ends exclusive.
 */
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
const currency = z.string().min(1);
const dayText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const monthText = z.string().regex(/^\d{4}-\d{2}$/);
const amount = z.object({ amount: decimal, currency });

export const BATCH_STATUSES = ["stored", "replaced", "unchanged", "incomplete", "held", "refused"] as const;

export const ingestAnswer = z.object({
  batches: z.array(
    z.object({
      id: z.string().nullable(),
      source: z.string(),
      provider: z.string(),
      billingAccount: z.string(),
      dataset: z.string(),
      billingMonth: monthText.nullable(),
      status: z.enum(BATCH_STATUSES),
      reason: z.string().optional(),
      files: z.array(z.string()),
      rowsRead: z.number().int(),
      rowsAccepted: z.number().int(),
      rejects: z.number().int(),
      rowsStored: z.number().int(),
      totals: z.record(currency, z.object({ billed: decimal, effective: decimal, list: decimal, contracted: decimal })),
      notices: z.array(z.string()).optional(),
      restatedBy: z.record(currency, z.object({ billed: decimal, effective: decimal })).optional(),
    }),
  ),
});
export type IngestAnswer = z.infer<typeof ingestAnswer>;
export type IngestBatchAnswer = IngestAnswer["batches"][number];

export const costRow = z.object({
  key: z.record(z.string(), z.string().nullable()),
  /** Names of the ids in `key`, where a bill gives one: {"sub-account": "prod"}. */
  names: z.record(z.string(), z.string()).optional(),
  period: z.object({ from: dayText, to: dayText }).optional(),
  amount: decimal,
  currency: currency.nullable(),
  unit: z.string().nullable().optional(),
  sourceRows: z.number().int(),
  previous: decimal.optional(),
  change: z.object({ amount: decimal, ratio: decimal.nullable() }).optional(),
  share: decimal.optional(),
  /** Of an allocated answer: what the rules moved here (negative: away), part of `amount`. */
  moved: decimal.optional(),
  /** Of an untagged row: the part no tag can reach (tax, credits, adjustments, support). */
  unallocatable: decimal.optional(),
  other: z.literal(true).optional(),
  count: z.number().int().optional(),
});
export type CostRow = z.infer<typeof costRow>;

export const driver = z.object({
  key: z.record(z.string(), z.string().nullable()),
  names: z.record(z.string(), z.string()).optional(),
  change: decimal,
  currency,
  share: decimal.nullable(),
  /** What the named causes leave over, so that all add up to the change. */
  rest: z.literal(true).optional(),
});
export type Driver = z.infer<typeof driver>;

export const dataThrough = z.object({
  source: z.string(),
  provider: z.string(),
  through: dayText.nullable(),
  stale: z.boolean(),
});

export const receipt = z.object({
  metric: z.string(),
  period: z.object({ from: dayText, to: dayText }),
  previousPeriod: z.object({ from: dayText, to: dayText }).optional(),
  /** The first day there are bills of, where the compared period begins before it. */
  billsBegin: dayText.optional(),
  basis: z.string(),
  scope: z.string(),
  dataThrough: dayText.nullable(),
  sources: z.array(dataThrough),
  provisional: z.boolean(),
  sourceRows: z.number().int(),
  /** null: only a part of the bills is seen, and which rows of it were refused cannot be told. */
  rejects: z.number().int().nullable(),
  rates: z
    .array(z.object({ from: currency, to: currency, day: dayText, rate: decimal, carriedFrom: dayText.nullable() }))
    .optional(),
  /** Of an allocated answer: over whom shared spend was spread, by which rules, and how much each moved. */
  allocation: z
    .object({
      to: z.string(),
      rules: z.array(
        z.object({
          name: z.string(),
          method: z.string(),
          moved: z.array(amount),
          /** Not spread: nobody has usage of their own to spread it over. */
          left: z.array(amount),
          /** The earlier rule that spreads some of the same charges: this one is left out. */
          leftOutFor: z.string().nullable(),
        }),
      ),
    })
    .optional(),
  notes: z.array(z.string()),
  question: z.string(),
});
export type Receipt = z.infer<typeof receipt>;

export const costAnswer = z.object({
  query: z.unknown(),
  rows: z.array(costRow),
  total: z.array(
    amount.extend({
      unit: z.string().nullable().optional(),
      previous: decimal.optional(),
      change: z.object({ amount: decimal, ratio: decimal.nullable() }).optional(),
    }),
  ),
  drivers: z.array(driver).optional(),
  receipt,
});
export type CostAnswer = z.infer<typeof costAnswer>;

export const finding = z.object({
  id: z.string(),
  rule: z.string(),
  title: z.string(),
  resource: z.string(),
  name: z.string().nullable(),
  provider: z.string(),
  account: z.string().nullable(),
  region: z.string().nullable(),
  /** A month. null = no price is known: unknown, never zero, and in no total. */
  saving: amount.nullable(),
  evidence: z.array(z.object({ fact: z.string(), value: z.string() })),
  arithmetic: z.string(),
  /** A: the bill proves it. B: a strong hint, to be verified. C: a trend to look at. */
  confidence: z.enum(["A", "B", "C"]),
  /** What would prove it; absent where the bill does. */
  proof: z.string().optional(),
  risk: z.enum(["L", "M", "H"]),
  effort: z.enum(["1", "2", "3"]),
  remedy: z.array(z.string()),
  rollback: z.string(),
});
export type Finding = z.infer<typeof finding>;
export const wasteAnswer = z.object({
  /** What is proven first, then what is to be verified, then trends; dearest first. */
  findings: z.array(finding),
  /** Known savings a month of what is proven (A), one a currency. */
  total: z.array(amount),
  /** The same of what is to be verified (B) and of trends (C): never part of `total`. */
  totalToVerify: z.array(amount),
  totalTrends: z.array(amount),
  hygiene: z.array(z.object({ note: z.string(), rule: z.string() })),
  /** What looked like waste and was left alone, by reason. */
  heldBack: z.array(z.object({ reason: z.string(), count: z.number().int() })),
  /** Ids of findings people have excluded: they are not over, only not shown. */
  excluded: z.array(z.string()),
  /** Days of bills looked at; null = there are none. */
  period: z.object({ from: dayText, to: dayText }).nullable(),
  scope: z.string(),
  sources: z.array(dataThrough),
});
export type WasteAnswer = z.infer<typeof wasteAnswer>;

export const errorAnswer = z.object({
  error: z.object({ code: z.string(), message: z.string(), remedy: z.string().optional() }),
});
