import type { Clause } from "./clause.ts";
import { currencyClause, formClause, metricClause, perClause, topClause, versusClause } from "./choice-clauses.ts";
import { allocatedClause, byClause, forClause, notClause, withoutClause } from "./filter-clauses.ts";
import { billingClause, invoiceClause, periodClause } from "./period-clauses.ts";

/** The question language, in canonical order. Everything about it is generated from this list. */
export const CLAUSES: readonly Clause[] = [
  periodClause,
  billingClause,
  invoiceClause,
  byClause,
  allocatedClause,
  forClause,
  notClause,
  metricClause,
  perClause,
  versusClause,
  topClause,
  withoutClause,
  currencyClause,
  formClause,
];
