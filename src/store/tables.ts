import {
  bigint,
  boolean,
  date,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from "drizzle-orm/pg-core";

/**
 * The tables as drizzle sees them, for typed reads. SQL in migrations/ owns the schema (drizzle cannot
 * express partitions); test/store/tables.test.ts holds that both agree.
 */
const id = (name: string) => bigint(name, { mode: "bigint" });
const at = (name: string) => timestamp(name, { withTimezone: true, mode: "string" });
const day = (name: string) => date(name, { mode: "string" });

export const source = pgTable("source", {
  id: id("id").primaryKey().generatedAlwaysAsIdentity(),
  name: text("name").notNull().unique(),
  provider: text("provider").notNull(),
  billingAccount: text("billing_account"),
  subAccounts: text("sub_accounts").array(),
  kind: text("kind").notNull().default("file"),
  createdAt: at("created_at").notNull().defaultNow(),
  removedAt: at("removed_at"),
});

export const ingestBatch = pgTable("ingest_batch", {
  id: id("id").primaryKey().generatedAlwaysAsIdentity(),
  sourceId: id("source_id"),
  dataset: text("dataset").notNull(),
  provider: text("provider").notNull(),
  billingAccount: text("billing_account").notNull(),
  billingMonth: day("billing_month"),
  mode: text("mode").notNull(),
  status: text("status").notNull(),
  reason: text("reason"),
  fingerprint: text("fingerprint").notNull(),
  files: jsonb("files").notNull(),
  epoch: id("epoch").notNull(),
  cubeVersion: text("cube_version").notNull(),
  rowsRead: id("rows_read").notNull(),
  rowsAccepted: id("rows_accepted").notNull(),
  rowsRejected: id("rows_rejected").notNull(),
  rowsStored: id("rows_stored").notNull(),
  totals: jsonb("totals").notNull(),
  control: jsonb("control").notNull(),
  warnings: jsonb("warnings").notNull(),
  notices: jsonb("notices").notNull(),
  firstDay: day("first_day"),
  lastDay: day("last_day"),
  replaces: id("replaces"),
  createdAt: at("created_at").notNull().defaultNow(),
  flippedAt: at("flipped_at"),
  reapedAt: at("reaped_at"),
  rowIdentity: text("row_identity"),
  tookOver: id("took_over").array().notNull().default([]),
});

export const activeBatch = pgTable(
  "active_batch",
  {
    sourceId: id("source_id").notNull(),
    dataset: text("dataset").notNull(),
    billingAccount: text("billing_account").notNull(),
    billingMonth: day("billing_month").notNull(),
    batchId: id("batch_id").notNull(),
    visible: boolean("visible").notNull().default(true),
    incomplete: text("incomplete"),
  },
  (table) => [primaryKey({ columns: [table.sourceId, table.dataset, table.billingAccount, table.billingMonth] })],
);

export const ingestReject = pgTable("ingest_reject", {
  batchId: id("batch_id").notNull(),
  file: text("file").notNull(),
  line: id("line"),
  columnName: text("column_name"),
  value: text("value"),
  reason: text("reason").notNull(),
});

const measures = {
  billedCost: numeric("billed_cost").notNull(),
  effectiveCost: numeric("effective_cost").notNull(),
  listCost: numeric("list_cost").notNull(),
  contractedCost: numeric("contracted_cost").notNull(),
};

export const charge = pgTable("charge", {
  batchId: id("batch_id").notNull(),
  billingMonth: day("billing_month").notNull(),
  chargeDay: day("charge_day").notNull(),
  chargeEnd: day("charge_end").notNull(),
  attributeSetId: id("attribute_set_id").notNull(),
  resourceRef: id("resource_ref"),
  tagSetId: id("tag_set_id"),
  sourceRows: integer("source_rows").notNull(),
  ...measures,
  consumedQuantity: numeric("consumed_quantity"),
  pricingQuantity: numeric("pricing_quantity"),
  commitmentDiscountQuantity: numeric("commitment_discount_quantity"),
  pricingCurrencyEffectiveCost: numeric("pricing_currency_effective_cost"),
});

export const costCube = pgTable("cost_cube", {
  batchId: id("batch_id").notNull(),
  cube: text("cube").notNull(),
  periodStart: day("period_start").notNull(),
  key1: text("key1"),
  key2: text("key2"),
  kind: text("kind").notNull(),
  currency: text("currency").notNull(),
  long: boolean("long").notNull(),
  sourceRows: id("source_rows").notNull(),
  ...measures,
});

export const fxRate = pgTable(
  "fx_rate",
  {
    day: day("day").notNull(),
    base: text("base").notNull(),
    quote: text("quote").notNull(),
    rate: numeric("rate").notNull(),
    origin: text("origin").notNull(),
  },
  (table) => [primaryKey({ columns: [table.day, table.base, table.quote] })],
);

/** Every table above, by name: what the test compares with the catalogue. */
export const TABLES = { source, ingestBatch, activeBatch, ingestReject, charge, costCube, fxRate };
