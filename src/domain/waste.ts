import type { Day } from "./period.ts";

/** What finops.yaml changes about one rule. */
export type WasteRuleSettings = {
  readonly enabled: boolean;
  /** Thresholds that differ from the rule's own. */
  readonly options: Readonly<Record<string, number>>;
};
export type WasteSettings = { readonly rules: Readonly<Record<string, WasteRuleSettings>> };

/** What a person took out of detection. All that is given must hold; null = any. */
export type WasteExclusion = {
  /** `excl_…` */
  readonly id: string;
  readonly rule: string | null;
  readonly resource: string | null;
  readonly account: string | null;
  readonly tag: { readonly key: string; /** null = any value */ readonly value: string | null } | null;
  readonly reason: string;
  readonly setBy: string;
  readonly setByName: string;
  /** Day it was set, UTC. */
  readonly since: Day;
  /** First day it no longer holds; null = until it is taken back. */
  readonly until: Day | null;
};
