import { z } from "zod";

import { DIMENSIONS, normaliseTagKey, type Dimension } from "./dimension.ts";
import { EXCLUDABLE_KINDS } from "./kind.ts";
import { parseDay, parseMonth, type Day, type Month } from "./period.ts";

/** The cost columns of FOCUS, and consumed quantity. */
export const METRICS = ["effective", "billed", "list", "contracted", "usage"] as const;
export type Metric = (typeof METRICS)[number];

export const GRAINS = ["day", "week", "month"] as const;
export type Grain = (typeof GRAINS)[number];

export const CHART_FORMS = ["table", "bar", "line", "area", "pie"] as const;
export type ChartForm = (typeof CHART_FORMS)[number];

/** Most groups a `by` may name, and most rows one answer carries. */
export const BY_MAX = 3;
export const TOP_MAX = 1000;
export const FILTERS_MAX = 20;
export const FILTER_VALUES_MAX = 200;

const day = z.string().transform((text, context): Day => {
  const parsed = parseDay(text);
  if (parsed !== null) return parsed;
  context.addIssue({ code: "custom", message: `"${text}" is not a day (YYYY-MM-DD)` });
  return z.NEVER;
});
const month = z.string().transform((text, context): Month => {
  const parsed = parseMonth(text);
  if (parsed !== null) return parsed;
  context.addIssue({ code: "custom", message: `"${text}" is not a month (YYYY-MM)` });
  return z.NEVER;
});

/** A dimension word or `tag:KEY`. */
export const dimensionSchema = z.string().transform((text, context): Dimension => {
  if (text.startsWith("tag:") && text.length > 4) return `tag:${normaliseTagKey(text.slice(4))}`;
  const plain = DIMENSIONS.find((word) => word === text);
  if (plain !== undefined) return plain;
  context.addIssue({
    code: "custom",
    message: `"${text}" is no dimension; there are: ${DIMENSIONS.join(", ")}, tag:KEY`,
  });
  return z.NEVER;
});

const periodSchema = z.object({ from: day, to: day });

/** Which charges: by the days they belong to, by invoice month, or by invoice. */
const selectionSchema = z.discriminatedUnion("by", [
  z.object({ by: z.literal("days"), from: day, to: day }),
  z.object({ by: z.literal("billing-month"), month }),
  z.object({ by: z.literal("invoice"), invoice: z.string().min(1).max(500) }),
]);

/** What to compare with. `previous` and `year-ago` are resolved against the selection and the data-through day. */
const comparisonSchema = z.discriminatedUnion("with", [
  z.object({ with: z.literal("previous") }),
  z.object({ with: z.literal("year-ago") }),
  z.object({ with: z.literal("period"), ...periodSchema.shape }),
]);

export const conditionSchema = z.object({
  dimension: dimensionSchema,
  negated: z.boolean().default(false),
  values: z.array(z.string().max(2000).nullable()).min(1).max(FILTER_VALUES_MAX),
});

/** The one query language: every surface, budget and digest produces it. */
export const costQuerySchema = z.object({
  select: selectionSchema,
  /** How the period was said ("last month"), so that comparisons align by calendar; null = explicit days. */
  said: z.string().max(80).nullable().default(null),
  by: z.array(dimensionSchema).max(BY_MAX).default([]),
  /** Shared spend is spread over who uses it, by the allocation rules; `by` says over whom. */
  allocated: z.boolean().default(false),
  filters: z.array(conditionSchema).max(FILTERS_MAX).default([]),
  metric: z.enum(METRICS).default("effective"),
  per: z.enum(GRAINS).nullable().default(null),
  versus: comparisonSchema.nullable().default(null),
  top: z.number().int().min(1).max(TOP_MAX).nullable().default(null),
  without: z.array(z.enum(EXCLUDABLE_KINDS)).default([]),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .nullable()
    .default(null),
  form: z.enum(CHART_FORMS).nullable().default(null),
});
export type CostQuery = z.output<typeof costQuerySchema>;
