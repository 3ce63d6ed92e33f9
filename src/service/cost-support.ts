import { readsTags } from "../store/cost-dimension.ts";
import { chooseCover } from "../store/cost-plan.ts";
import { readCosts, type CostFact } from "../store/cost-read.ts";
import type { Asking } from "./cost-asking.ts";

const SUPPORT = /\bsupport\b/i;
/** Rare among the rows of a cube, and indexed apart (migrations/0004). */
const PURCHASES = { dimension: "kind", negated: false, values: ["purchases"] } as const;

/**
 * A cube by one tag does not know the service, so support plans in it look untagged. This moves their amount to the
 * part no tag can reach, read from the cube of that tag and the service. Other covers know the service already.
 */
export async function withSupport(asking: Asking, facts: CostFact[]): Promise<CostFact[]> {
  const { query, filter, snapshot, sides, conversion } = asking;
  const [tag] = query.by;
  if (query.by.length !== 1 || tag === undefined || !readsTags(tag) || query.metric === "usage") return facts;
  if (!facts.some((fact) => fact.key[0] === null && !fact.other)) return facts;
  const read = {
    span: sides.current,
    by: query.by,
    filter,
    metric: query.metric,
    per: query.per,
    rates: conversion?.rates ?? null,
    rowsMax: null,
  };
  if (chooseCover(read, snapshot.rollups).from !== "cube") return facts;
  const missing = { dimension: tag, negated: false, values: [null] };
  const bought = await readCosts(
    snapshot,
    { ...read, by: ["service"], filter: { ...filter, conditions: [...filter.conditions, missing, PURCHASES] } },
    conversion?.target ?? null,
  );
  const support = bought.filter((fact) => SUPPORT.test(fact.key[0] ?? ""));
  return facts.map((fact) => {
    if (fact.key[0] !== null || fact.other) return fact;
    const found = support.filter((one) => one.start === fact.start && one.currency === fact.currency);
    return { ...fact, unallocatable: found.reduce((sum, one) => sum + one.amount, fact.unallocatable) };
  });
}
