import { addDays, addMonths, daysBetween, firstDay, monthOf, weekday, weekStart, type Day } from "../domain/period.ts";

export type Grain = "day" | "week" | "month";

/** Gaps longer than this stay gaps: a chart with more buckets than pixels shows nothing. */
const BUCKETS_MAX = 1_500;
const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The start after `start` at this grain. */
export function nextBucket(start: Day, grain: Grain): Day {
  if (grain === "month") return firstDay(addMonths(monthOf(start), 1));
  // A week clipped by its period starts on any day; the next one starts on a Monday.
  return grain === "week" ? addDays(weekStart(start), 7) : addDays(start, 1);
}

/** Every bucket from the first to the last start, those without a charge included: a day of 0 is a fact. */
export function buckets(starts: readonly Day[], grain: Grain): Day[] {
  const present = [...new Set(starts)].sort();
  const [first] = present;
  const last = present.at(-1);
  if (first === undefined || last === undefined) return [];
  const filled = new Set(present);
  for (let at = first; at < last && filled.size < BUCKETS_MAX; at = nextBucket(at, grain)) filled.add(at);
  return [...filled].sort();
}

/** Index of the first bucket that holds a day from `provisionalFrom` on; null when all are final. */
export function firstProvisional(starts: readonly Day[], grain: Grain, provisionalFrom: Day | null): number | null {
  if (provisionalFrom === null) return null;
  const index = starts.findIndex((start) => nextBucket(start, grain) > provisionalFrom);
  return index === -1 ? null : index;
}

/** "3 Nov", "Nov", with the year where asked: "3 Nov 2025", "Nov 2025". */
export function bucketLabel(start: Day, grain: Grain, withYear = false): string {
  const month = MONTH_NAMES[Number(start.slice(5, 7)) - 1] ?? "";
  const year = withYear ? ` ${start.slice(0, 4)}` : "";
  return grain === "month" ? `${month}${year}` : `${Number(start.slice(8))} ${month}${year}`;
}

export type TimeTick = { readonly index: number; readonly label: string };

/** Where to write dates so that they stay `pitchMin` px apart, on weeks and months where possible. */
export function timeTicks(starts: readonly Day[], grain: Grain, widthPx: number, pitchMin: number): TimeTick[] {
  const [first] = starts;
  const last = starts.at(-1);
  if (first === undefined || last === undefined) return [];
  const room = Math.max(1, Math.floor(widthPx / pitchMin));
  for (const candidate of CANDIDATES) {
    const chosen = starts.flatMap((start, index) => (candidate.takes(start, index, grain) ? [index] : []));
    if (chosen.length <= room && chosen.length > 0) return chosen.map((index) => tick(starts, index, grain, candidate));
  }
  return [tick(starts, 0, grain, { unit: "day" })];
}

type Candidate = {
  readonly unit: "day" | "month";
  readonly takes: (start: Day, index: number, grain: Grain) => boolean;
};

const monthNumber = (start: Day): number => Number(start.slice(5, 7)) - 1;
const opensMonth = (start: Day): boolean => start.endsWith("-01");
/** Monday, 1 January 1900: weeks counted from it are the same in every chart. */
const WEEK_ZERO = "1900-01-01" as Day;
const weekNumber = (start: Day): number => Math.floor(daysBetween(WEEK_ZERO, start) / 7);

const everyMonths = (count: number): Candidate => ({
  unit: "month",
  takes: (start, _, grain) =>
    monthNumber(start) % count === 0 && (grain === "week" ? Number(start.slice(8)) <= 7 : opensMonth(start)),
});

const CANDIDATES: readonly Candidate[] = [
  { unit: "day", takes: () => true },
  { unit: "day", takes: (_, index, grain) => grain !== "month" && index % 2 === 0 },
  { unit: "day", takes: (_, index, grain) => grain === "day" && index % 3 === 0 },
  ...[1, 2].map((weeks): Candidate => ({
    unit: "day",
    takes: (start, _, grain) =>
      grain !== "month" && weekNumber(start) % weeks === 0 && (grain === "week" || weekday(start) === 1),
  })),
  ...[1, 2, 3, 6, 12, 24, 60].map(everyMonths),
];

/** The year is written where it changes, so that 14 months never read as two. */
function tick(starts: readonly Day[], index: number, grain: Grain, candidate: { unit: "day" | "month" }): TimeTick {
  const start = starts[index] ?? ("2000-01-01" as Day);
  if (candidate.unit === "day" && grain !== "month") return { index, label: bucketLabel(start, "day") };
  const spansYears = starts[0]?.slice(0, 4) !== starts.at(-1)?.slice(0, 4);
  const name = bucketLabel(start, "month");
  return { index, label: spansYears && name === "Jan" ? start.slice(0, 4) : name };
}
