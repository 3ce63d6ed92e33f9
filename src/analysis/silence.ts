const MS_PER_HOUR = 3_600_000;
/** Deliveries closer than this are one: a source writes several months or accounts in a row. */
const SAME_DELIVERY_MS = MS_PER_HOUR;
/** Gaps needed before a source's own rhythm is trusted over the default. */
const GAPS_MIN = 3;
/** A source that comes daily or oftener is held to the default; a slower one gets half of its rhythm on top. */
const DAILY_MS = 26 * MS_PER_HOUR;

/**
 * How long (ms) a source may be silent before its owner is told: what is configured for it, else the default for
 * sources that come at least daily, else one and a half times its own rhythm (the median gap between deliveries).
 * `arrivals` are the instants (ms) new data came, in any order.
 */
export function silenceAllowedMs(
  arrivals: readonly number[],
  hours: { readonly configured: number | null; readonly usual: number },
): number {
  if (hours.configured !== null) return hours.configured * MS_PER_HOUR;
  const rhythm = rhythmMs(arrivals);
  const usual = hours.usual * MS_PER_HOUR;
  return rhythm === null || rhythm <= DAILY_MS ? usual : Math.max(usual, 1.5 * rhythm);
}

/** Median gap (ms) between deliveries; null while there are too few to tell. */
function rhythmMs(arrivals: readonly number[]): number | null {
  const sorted = arrivals.toSorted((a, b) => a - b);
  const gaps = sorted
    .slice(1)
    .map((instant, index) => instant - (sorted[index] ?? instant))
    .filter((gap) => gap >= SAME_DELIVERY_MS)
    .toSorted((a, b) => a - b);
  return gaps.length < GAPS_MIN ? null : (gaps[Math.floor(gaps.length / 2)] ?? null);
}
