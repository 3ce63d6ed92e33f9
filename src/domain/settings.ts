import type { AllocationRule } from "./allocation.ts";
import type { ConfiguredBudget } from "./budget.ts";
import { DEFAULT_TAG_ALIAS_KEYS, type TagAliasKeys } from "./dimension.ts";
import type { DiscordSettings } from "./discord.ts";
import type { PeopleSettings } from "./person.ts";
import type { DecisionSettings } from "./recommendation.ts";
import type { SlackSettings } from "./slack.ts";
import type { Schedule, WatchedSource } from "./schedule.ts";
import type { WasteSettings } from "./waste.ts";

/** What was configured, for people to look at (`status`, `doctor`, `digest list`). Never changes a number. */
export type Installation = {
  /** The configuration file; null = none, defaults hold. */
  readonly configFile: string | null;
  /** What is odd but harmless in it, one sentence each. */
  readonly warnings: readonly string[];
  /** Environment variables read: whether they are set, never their values. */
  readonly variables: readonly { readonly name: string; readonly about: string; readonly set: boolean }[];
  readonly sources: readonly WatchedSource[];
  readonly schedules: readonly Schedule[];
};

/** What configuration tells the core: the part of finops.yaml that changes answers. */
export type Settings = {
  /** Currency digests and budgets convert to; null = every currency on its own line. */
  readonly currency: string | null;
  /** IANA zone schedules are said in. Costs stay in UTC days. */
  readonly timeZone: string;
  readonly tagAliases: TagAliasKeys;
  /** Tag keys the rollups carry whatever their number of values. Normalised. */
  readonly promotedTags: readonly string[];
  /** Hours without new data before a source's owner is told. */
  readonly staleAfterHours: number;
  /** Seconds after which another worker may take over a silent ingest. */
  readonly ingestLeaseSeconds: number;
  /** Memory of the DuckDB child, MB. */
  readonly ingestMemoryMb: number;
  /** Who approves what, and where approvals are handed to; absent = DEFAULT_DECISION_SETTINGS. */
  readonly decisions?: DecisionSettings;
  /** What finops.yaml changes about waste rules; absent = every rule as it is. */
  readonly waste?: WasteSettings;
  /** Who has which role and sees what; absent = NO_PEOPLE. */
  readonly people?: PeopleSettings;
  /** Month the fiscal year begins with, 1 = January (absent); quarters follow it. */
  readonly fiscalYearStart?: number;
  /** How finops.yaml spreads shared charges; absent = it does not. */
  readonly allocation?: readonly AllocationRule[];
  /** Budgets of finops.yaml; absent = no file was read, so nothing is said about them. */
  readonly budgets?: readonly ConfiguredBudget[];
  /** Discord; absent or null = not used. */
  readonly discord?: DiscordSettings | null;
  /** null or absent: the bot is not in Slack. Carries secrets. */
  readonly slack?: SlackSettings | null;
  readonly installation: Installation;
};

export const DEFAULT_SETTINGS: Settings = {
  currency: null,
  timeZone: "UTC",
  tagAliases: DEFAULT_TAG_ALIAS_KEYS,
  promotedTags: [],
  staleAfterHours: 36,
  ingestLeaseSeconds: 120,
  ingestMemoryMb: 320,
  installation: { configFile: null, warnings: [], variables: [], sources: [], schedules: [] },
};

/** Settings of the sample estate: its approvals stay in it, nobody's tracker gets tickets about what does not exist. */
export function sampleSettings(settings: Settings): Settings {
  const { decisions } = settings;
  return decisions === undefined ? settings : { ...settings, decisions: { ...decisions, handOff: [] } };
}
