import { explainChange, type Leaf } from "../analysis/drivers.ts";
import type { Driver } from "../domain/contract.ts";
import type { Dimension } from "../domain/dimension.ts";
import type { CostSpan } from "../store/cost-plan.ts";
import { readCosts, type CostFact } from "../store/cost-read.ts";
import { loadNames } from "../store/dimension-values.ts";
import type { Asking } from "./cost-asking.ts";

/** What a change is explained by, the first always named. */
const DIMENSIONS: readonly Dimension[] = ["service", "region", "sub-account", "team"];

/** Why the amount changed, for each currency apart: contributions and a rest that add up to the change exactly. */
export async function readDrivers(asking: Asking, before: CostSpan): Promise<Driver[]> {
  const { snapshot, filter, query, sides, conversion } = asking;
  const by = DIMENSIONS.filter((dimension) => dimension !== "team" || snapshot.rollups.current);
  const shared = { by, filter, metric: query.metric, per: null, rates: conversion?.rates ?? null, rowsMax: null };
  const target = conversion?.target ?? null;
  const now = await readCosts(snapshot, { ...shared, span: sides.current }, target);
  const then = await readCosts(snapshot, { ...shared, span: before }, target);
  const currencies = [...new Set([...now, ...then].map((fact) => fact.currency ?? ""))].sort();
  const drivers = currencies.flatMap((currency) => explainChange(by, leavesOf(now, then, currency), currency));
  const accounts = await loadNames(
    snapshot,
    "sub-account",
    drivers.flatMap((driver) => driver.key["sub-account"] ?? []),
    asking.ctx.scope,
  );
  return drivers.map((driver) => {
    const name = accounts.get(driver.key["sub-account"] ?? "");
    return name === undefined ? driver : { ...driver, names: { "sub-account": name } };
  });
}

function leavesOf(now: readonly CostFact[], then: readonly CostFact[], currency: string): Leaf[] {
  const leaves = new Map<string, { key: readonly (string | null)[]; change: bigint }>();
  const add = (fact: CostFact, sign: bigint): void => {
    if ((fact.currency ?? "") !== currency) return;
    const name = JSON.stringify(fact.key);
    const leaf = leaves.get(name) ?? { key: fact.key, change: 0n };
    leaf.change += sign * fact.amount;
    leaves.set(name, leaf);
  };
  for (const fact of now) add(fact, 1n);
  for (const fact of then) add(fact, -1n);
  return [...leaves.values()];
}
