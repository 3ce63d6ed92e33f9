import { DEFAULT_TAG_ALIAS_KEYS, type TagAliasKeys } from "./dimension.ts";

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
};

export const DEFAULT_SETTINGS: Settings = {
  currency: null,
  timeZone: "UTC",
  tagAliases: DEFAULT_TAG_ALIAS_KEYS,
  promotedTags: [],
  staleAfterHours: 36,
  ingestLeaseSeconds: 120,
  ingestMemoryMb: 320,
};
